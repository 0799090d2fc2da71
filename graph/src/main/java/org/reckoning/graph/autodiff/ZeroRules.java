package org.reckoning.graph.autodiff;

/**
 * Ops with a zero derivative: sources, integer and boolean results, step functions, random numbers
 * and ops that stop gradients. The derivative of a step function is zero wherever it exists.
 */
final class ZeroRules {
  private ZeroRules() {}

  static void addTo(RuleTable rules) {
    rules.zero("Const", "Placeholder", "VarHandleOp", "ReadVariableOp");
    rules.zero("StopGradient", "ZerosLike", "OnesLike");
    rules.zero("Shape", "ShapeN", "Size", "Rank", "ArgMax", "ArgMin");
    rules.zero("Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual");
    rules.zero("LogicalAnd", "LogicalOr", "LogicalNot", "IsFinite", "IsInf", "IsNan", "All", "Any");
    rules.zero("Floor", "Ceil", "Round", "Rint", "Sign", "FloorDiv");
    rules.zero("RandomUniform", "RandomStandardNormal", "TruncatedNormal");
    rules.zero("StatelessRandomUniform", "StatelessRandomNormal", "StatelessTruncatedNormal");
    rules.zero(
        "StatelessRandomUniformV2", "StatelessRandomNormalV2", "StatelessRandomGetKeyCounter");
    rules.zero(
        "StatelessRandomUniformInt", "StatelessRandomGetAlg", "StatelessRandomGetKeyCounterAlg");
  }
}

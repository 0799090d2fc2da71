package org.reckoning.graph.xla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.TestTensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

class SegmentTest {
  private static final Specs TWO =
      new Specs()
          .tensor("x/a", TFloat64.class, Shape.of(2))
          .tensor("x/b", TFloat64.class, Shape.of(2));

  private final TestTensors tensors = new TestTensors();
  private final Ops tf = tensors.tf();

  @AfterEach
  void close() {
    tensors.close();
  }

  private static Segment sum(String name, double factor) {
    return Segment.define(
        name,
        TWO,
        List.of(),
        (tf, in) -> {
          var a = in.get("x/a", TFloat64.class);
          var b = tf.math.mul(tf.constant(factor), in.get("x/b", TFloat64.class));
          return new Tensors().put("y", tf.math.add(a, b)).put("x/a", a);
        });
  }

  private static Segment square() {
    return Segment.define(
        "square",
        TWO,
        List.of(),
        (tf, in) -> new Tensors().put("y", tf.math.square(in.get("x/b", TFloat64.class))));
  }

  private Tensors arguments() {
    return new Tensors()
        .put("x/a", tf.constant(new double[] {1, 2}))
        .put("x/b", tf.constant(new double[] {10, 20}));
  }

  @Test
  void call_computesTheBody() {
    Tensors results = sum("sum", 3).call(tf.withSubScope("first"), arguments(), false);

    assertThat(results.names()).containsExactly("y", "x/a");
    assertThat(tensors.value(results.get("y"))).containsExactly(31, 62);
    assertThat(results.get("y").op().name()).startsWith("first/");
    assertThat(results.get("y").shape()).isEqualTo(Shape.of(2));
  }

  @Test
  void call_compiled_computesTheSame() {
    Segment segment = sum("sum", 3);
    Tensors results = segment.call(tf, arguments(), true);

    assertThat(tensors.value(results.get("y"))).containsExactly(31, 62);
  }

  @Test
  void call_ofAKnownTensor_readsItsArgumentAndDoesNotComputeIt() {
    Segment segment =
        Segment.define(
            "known",
            new Specs().all(TWO).tensor("x/c", TFloat64.class, Shape.of(2)),
            List.of(),
            (body, in) -> {
              var squared = body.math.square(in.get("x/a", TFloat64.class));
              var sum = body.math.add(squared, in.get("x/b", TFloat64.class));
              return new Tensors()
                  .put("sum", sum)
                  .put("squared", squared)
                  .known(squared, in.get("x/c"));
            });
    Tensors given = arguments().put("x/c", tf.constant(new double[] {100, 200}));

    Tensors results = segment.call(tf, given, false);

    assertThat(tensors.value(results.get("sum"))).containsExactly(110, 220);
    assertThat(tensors.value(results.get("squared"))).containsExactly(100, 200);
    assertThat(segment.passedArguments()).containsExactly("x/b", "x/c");
    assertThat(segment.function().getNodeDefList()).hasSize(1);
    assertThat(segment.nodes()).extracting(SegmentNode::type).doesNotContain("Square");
  }

  @Test
  void known_ofAnotherShape_isRefused() {
    Tensors given = arguments();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tensors().known(given.get("x/a"), tf.constant(1.0)))
        .withMessageContaining("known tensor");
  }

  @Test
  void call_passesNoArgumentThatNoResultNeeds() {
    Segment segment = square();
    Tensors given = new Tensors().put("x/b", tf.constant(new double[] {10, 20}));

    assertThat(segment.function().getSignature().getInputArgList()).hasSize(1);
    assertThat(tensors.value(segment.call(tf, given, false).get("y"))).containsExactly(100, 400);
    assertThat(segment.nodes()).extracting(SegmentNode::type).doesNotContain("Add");
  }

  @Test
  void call_whoseResultsAreArguments_isNotMade() {
    Segment segment =
        Segment.define(
            "swap",
            TWO,
            List.of(),
            (tf, in) -> new Tensors().put("x/a", in.get("x/b")).put("x/b", in.get("x/a")));
    Tensors arguments = arguments();
    int before = tensors.size();
    Tensors results = segment.call(tf, arguments, true);

    assertThat(tensors.size()).isEqualTo(before);
    assertThat(results.get("x/a")).isSameAs(arguments.get("x/b"));
    assertThat(results.get("x/b")).isSameAs(arguments.get("x/a"));
    // A result that is an argument bypasses a function that computes other results.
    Segment mixed = sum("sum", 1);
    assertThat(mixed.call(tf, arguments, false).get("x/a")).isSameAs(arguments.get("x/a"));
    assertThat(mixed.function().getSignature().getOutputArgList()).hasSize(1);
  }

  @Test
  void arguments_thatDoNotFit_areRefused() {
    Segment segment = sum("sum", 1);
    String name = segment.functionName();

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                segment.call(tf, new Tensors().put("x/a", tf.constant(new double[] {1, 2})), false))
        .withMessage("no tensor 'x/b'; known: [x/a]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                segment.call(
                    tf,
                    new Tensors()
                        .put("x/a", tf.constant(new double[] {1, 2, 3}))
                        .put("x/b", tf.constant(new double[] {1, 2})),
                    false))
        .withMessage(
            "argument 'x/a' of segment '%s' must be TFloat64 [2] but is TFloat64 [3]"
                .formatted(name));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                segment.call(
                    tf,
                    new Tensors()
                        .put("x/a", tf.constant(new double[] {1, 2}))
                        .put("x/b", tf.constant(new int[] {1, 2})),
                    false))
        .withMessage(
            "argument 'x/b' of segment '%s' must be TFloat64 [2] but is TInt32 [2]"
                .formatted(name));
  }

  @Test
  void call_leavesTheGraphOfThisVersion() {
    Graph graph = (Graph) tf.scope().env();
    int producer = graph.toGraphDef().getVersions().getProducer();
    square().call(tf, arguments(), false);

    assertThat(graph.toGraphDef().getVersions().getProducer()).isEqualTo(producer).isPositive();
    // In graphs of old versions this shape would be unknown.
    assertThat(tf.placeholder(TFloat64.class, Placeholder.shape(Shape.scalar())).shape())
        .isEqualTo(Shape.scalar());
  }

  @Test
  void functionName_isThatOfTheContent() {
    Segment segment = sum("sum", 1);

    assertThat(segment.functionName()).matches("sum_[0-9a-f]{12}");
    assertThat(sum("sum", 1).functionName()).isEqualTo(segment.functionName());
    assertThat(sum("sum", 1).function()).isEqualTo(segment.function());
    assertThat(sum("sum", 2).functionName()).isNotEqualTo(segment.functionName());
    assertThat(sum("other", 1).functionName()).isNotEqualTo(segment.functionName());
  }

  @Test
  void nodes_areThoseOfTheBodyInTheOrderOfBuilding() {
    List<SegmentNode> nodes = sum("sum", 1).nodes();

    assertThat(nodes)
        .extracting(SegmentNode::type)
        .containsExactly("Placeholder", "Placeholder", "Const", "Mul", "Add");
    assertThat(nodes.get(4))
        .isEqualTo(
            new SegmentNode(
                "Add",
                "Add",
                List.of(Shape.of(2), Shape.of(2)),
                List.of(Shape.of(2)),
                List.of(DataType.DT_DOUBLE),
                ""));
  }

  @Test
  void nodes_thatComputeTheSame_areThereOnce() {
    Segment segment =
        Segment.define(
            "equal",
            TWO,
            List.of(),
            (tf, in) -> {
              Operand<TFloat64> a = in.get("x/a", TFloat64.class);
              Operand<TFloat64> b = in.get("x/b", TFloat64.class);
              Operand<TFloat64> first = tf.math.mul(tf.math.add(a, b), tf.constant(2.0));
              Operand<TFloat64> second = tf.math.mul(tf.math.add(a, b), tf.constant(2.0));
              Operand<TFloat64> other = tf.math.mul(tf.math.add(b, a), tf.constant(3.0));
              return new Tensors().put("y", tf.math.sub(first, other)).put("z", second);
            });
    assertThat(segment.nodes())
        .extracting(SegmentNode::type)
        .containsExactly(
            "Placeholder", "Placeholder", "Add", "Const", "Mul", "Add", "Const", "Mul", "Sub");

    Tensors results =
        segment.call(
            tf,
            new Tensors()
                .put("x/a", tf.constant(new double[] {1, 2}))
                .put("x/b", tf.constant(new double[] {10, 20})),
            false);
    assertThat(tensors.value(results.get("y"))).containsExactly(-11, -22);
    assertThat(tensors.value(results.get("z"))).containsExactly(22, 44);
  }

  @Test
  void nodes_ofAnEinsum_haveItsEquation() {
    Segment segment =
        Segment.define(
            "outer_product",
            TWO,
            List.of(),
            (tf, in) -> {
              var operands = List.of(in.get("x/a", TFloat64.class), in.get("x/b", TFloat64.class));
              return new Tensors().put("y", tf.linalg.einsum(operands, "i,j->ij"));
            });

    assertThat(segment.nodes())
        .extracting(SegmentNode::equation)
        .containsExactly("", "", "i,j->ij");
  }

  /** XLA compiles a function together with the functions that it calls. */
  @Test
  void call_insideOfASegment_doesNotAskForXla() {
    Segment inner = square();
    Segment outer =
        Segment.define(
            "outer",
            new Specs().tensor("x", TFloat64.class, Shape.of(2)),
            List.of(inner),
            (tf, in) ->
                inner.call(tf.withSubScope("inner"), new Tensors().put("x/b", in.get("x")), true));

    assertThat(outer.function().getNodeDefList())
        .anyMatch(node -> node.getOp().equals("StatefulPartitionedCall"))
        .noneMatch(node -> node.containsAttr("_XlaMustCompile"));
  }

  @Test
  void call_ofASegmentThatCallsAnother_bringsBoth() {
    Segment inner = square();
    Segment outer =
        Segment.define(
            "outer",
            new Specs().tensor("x", TFloat64.class, Shape.of(2)),
            List.of(inner),
            (tf, in) -> {
              Operand<?> once =
                  inner.call(tf, new Tensors().put("x/b", in.get("x")), false).get("y");
              return inner.call(tf, new Tensors().put("x/b", once), false);
            });
    Tensors results =
        outer.call(tf, new Tensors().put("x", tf.constant(new double[] {2, 3})), false);

    assertThat(outer.callees()).containsExactly(inner);
    assertThat(tensors.value(results.get("y"))).containsExactly(16, 81);
  }

  @Test
  @SuppressWarnings("unchecked") // TensorFlow Java has no type for handles
  void sideEffect_onWhichAResultDepends_happens() {
    Segment count =
        Segment.define(
            "count",
            new Specs()
                .variables("variables", Map.of("n", Shape.scalar()))
                .tensor("by", TFloat64.class, Shape.scalar()),
            List.of(),
            (tf, in) -> {
              var handle = (Operand<? extends TType>) in.get("variables/n");
              Op added = tf.assignAddVariableOp(handle, in.get("by", TFloat64.class));
              Ops after = tf.withControlDependencies(List.of(added));
              return new Tensors().put("done", after.constant(1.0));
            });
    Operand<? extends TType> handle =
        tf.varHandleOp(TFloat64.class, Shape.scalar(), VarHandleOp.sharedName("n"));
    Op initialized = tf.assignVariableOp(handle, tf.constant(5.0));
    Tensors arguments = new Tensors().put("variables/n", handle).put("by", tf.constant(2.0));
    Operand<?> done =
        count.call(tf.withControlDependencies(List.of(initialized)), arguments, false).get("done");
    Operand<TFloat64> read =
        tf.withControlDependencies(List.of(done)).readVariableOp(handle, TFloat64.class);

    assertThat(tensors.value(read)).containsExactly(7);
  }

  @Test
  void tensors_thatAreThereTwice_areRefused() {
    Tensors one = new Tensors().put("a", tf.constant(1));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> one.put("a", tf.constant(2)))
        .withMessage("tensor 'a' exists already");
    assertThat(one.contains("a")).isTrue();
    assertThat(new Tensors().putAll("p/q", Map.of("r", tf.constant(1))).under("p", TInt32.class))
        .containsOnlyKeys("q/r");
  }

  // XLA itself.

  @Test
  void xlaCheck_passesHere() {
    assertThatCode(XlaCheck::require).doesNotThrowAnyException();
    assertThatCode(XlaCheck::require).doesNotThrowAnyException();
  }

  @Test
  void compiledCall_ofAnOpThatXlaDoesNotKnow_failsWithTensorFlowsMessage() {
    Segment segment =
        Segment.define(
            "text",
            TWO,
            List.of(),
            (tf, in) -> {
              var text = tf.dtypes.asString(in.get("x/a", TFloat64.class));
              return new Tensors().put("y", tf.strings.toNumber(text, TFloat64.class));
            });
    Operand<?> compiled = segment.call(tf, arguments(), true).get("y");
    Operand<?> interpreted = segment.call(tf, arguments(), false).get("y");

    assertThat(tensors.value(interpreted)).containsExactly(1, 2);
    assertThatThrownBy(() -> tensors.value(compiled))
        .hasMessageContaining("Detected unsupported operations")
        .hasMessageContaining("AsString");
  }
}

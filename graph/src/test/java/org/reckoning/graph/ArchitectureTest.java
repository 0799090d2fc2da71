package org.reckoning.graph;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operation;

/** The dependencies that packages and classes may have. */
class ArchitectureTest {
  private static final String GRAPH = "org.reckoning.graph.";

  /** The classes of autodiff that may name op types: tables, rules, and the access to nodes. */
  private static final String KNOWS_OPS =
      ".*(Rules|RuleTable|Forms|Node|Constants|Scalars)(\\$.*)?";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.reckoning.graph");

  static Stream<ArchRule> rules() {
    return Stream.of(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.reckoning.trainer..", "org.reckoning.cli..")
            .as("graph knows neither trainer nor cli")
            .allowEmptyShould(false),
        knowsOnly("runtime"),
        knowsOnly("autodiff", "runtime"),
        knowsOnly("xla", "runtime"),
        knowsOnly("optimizer", "autodiff"),
        knowsOnly("random"),
        knowsOnly("peers"),
        knowsOnly("exchange", "peers", "variables"),
        knowsOnly("gpt2", "autodiff", "runtime", "random", "xla"),
        knowsOnly("task", "gpt2"),
        knowsOnly("settings", "task", "gpt2", "optimizer", "xla", "runtime"),
        knowsOnly("variables", "settings", "gpt2", "autodiff", "xla"),
        knowsOnly("model", "settings", "task", "gpt2", "optimizer", "xla"),
        knowsOnly(
            "inner", "model", "settings", "task", "autodiff", "xla", "optimizer", "gpt2", "random"),
        knowsOnly(
            "unroll",
            "inner",
            "model",
            "settings",
            "task",
            "autodiff",
            "xla",
            "optimizer",
            "gpt2",
            "random"),
        knowsOnly("decoding", "model", "task", "settings", "autodiff", "gpt2", "xla"),
        knowsOnly(
            "program",
            "model",
            "inner",
            "unroll",
            "decoding",
            "variables",
            "settings",
            "task",
            "autodiff",
            "gpt2",
            "optimizer",
            "exchange",
            "peers",
            "random",
            "xla"),
        knowsOnly("text", "xla"),
        knowsOnly(
            "serving",
            "text",
            "model",
            "inner",
            "unroll",
            "decoding",
            "variables",
            "settings",
            "task",
            "autodiff",
            "gpt2",
            "xla"),
        slices().matching(GRAPH + "(*)..").should().beFreeOfCycles().as("packages have no cycle"),
        noClasses()
            .that()
            .resideInAPackage(GRAPH + "autodiff")
            .and()
            .haveNameNotMatching(KNOWS_OPS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.tensorflow.op.*..")
            .as("drivers and rewrites know no op"),
        noClasses()
            .that()
            .resideInAPackage(GRAPH + "autodiff")
            .and()
            .haveNameNotMatching(KNOWS_OPS)
            .should()
            .callMethodWhere(
                target(name("type"))
                    .and(
                        target(
                            owner(
                                assignableTo(Operation.class)
                                    .or(assignableTo(GRAPH + "autodiff.Node"))))))
            .as("drivers and rewrites do not ask for the type of an op"),
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.tensorflow.internal..", "org.bytedeco..")
            .as("the internals of TensorFlow are not used"),
        noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Main")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace")
            .as("only main classes print"),
        noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Main")
            .should()
            .callMethod(System.class, "exit", int.class)
            .as("only main classes end the process"),
        noClasses()
            .that()
            .resideOutsideOfPackage("..graph.runtime..") // reads what Linux tells of the processor
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.net..", "com.sun.jna..")
            .as("files are left to the trainer, native functions to TensorFlow"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void classes_keepTheRule(ArchRule rule) {
    rule.check(CLASSES);
  }

  /** A rule that looks at nothing would hold, too. */
  @Test
  void classes_areThoseOfAllPackages() {
    for (String name :
        List.of(
            "autodiff",
            "xla",
            "optimizer",
            "gpt2",
            "task",
            "settings",
            "inner",
            "unroll",
            "variables",
            "decoding",
            "program",
            "serving",
            "text",
            "inspect")) {
      assertThat(CLASSES.stream().filter(each -> each.getPackageName().equals(GRAPH + name)))
          .as(name)
          .hasSizeGreaterThan(3);
    }
  }

  /** A package uses no other package of ours but the given ones. */
  private static ArchRule knowsOnly(String name, String... others) {
    DescribedPredicate<JavaClass> allowed = resideInAPackage(GRAPH + name + "..");
    for (String other : others) {
      allowed = allowed.or(resideInAPackage(GRAPH + other + ".."));
    }
    return noClasses()
        .that()
        .resideInAPackage(GRAPH + name + "..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.reckoning..").and(not(allowed)))
        .as(name + " knows no package of ours but " + List.of(others));
  }
}

package org.reckoning.trainer;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dependencies between packages, and calls that belong to one place. */
class ArchitectureTest {
  private static final String TRAINER = "org.reckoning.trainer.";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.reckoning.trainer");

  /** Packages that any other package may use. */
  private static final List<String> BASE = List.of("files", "text");

  /** The packages that a package may use, besides the base. */
  private static final Map<String, List<String>> USES =
      Map.ofEntries(
          Map.entry("files", List.of()),
          Map.entry("data", List.of()),
          Map.entry("tensors", List.of()),
          Map.entry("tensorboard", List.of()),
          Map.entry("tokens", List.of("data")),
          Map.entry("config", List.of("data", "tokens")),
          Map.entry("weights", List.of("tensors", "tokens")),
          Map.entry("evaluation", List.of("data", "tokens")),
          Map.entry("serving", List.of("tensorboard")),
          Map.entry("run", List.of("config", "data", "evaluation", "tensors", "tokens", "weights")),
          Map.entry("progress", List.of("config", "evaluation", "run", "tensorboard")),
          Map.entry(
              "training",
              List.of("config", "data", "evaluation", "progress", "run", "tokens", "weights")),
          Map.entry(
              "export",
              List.of(
                  "config",
                  "data",
                  "evaluation",
                  "progress",
                  "run",
                  "serving",
                  "tokens",
                  "training",
                  "weights")),
          Map.entry(
              "answering",
              List.of(
                  "config", "data", "evaluation", "export", "run", "serving", "tokens", "weights")),
          Map.entry(
              "server",
              List.of("answering", "config", "data", "evaluation", "export", "run", "serving")));

  static Stream<ArchRule> rules() {
    return Stream.concat(
        USES.keySet().stream().sorted().map(ArchitectureTest::usesOnly),
        Stream.of(
            noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.reckoning.cli..")
                .as("trainer does not use cli"),
            slices()
                .matching(TRAINER + "(**)")
                .should()
                .beFreeOfCycles()
                .as("packages have no cycles"),
            noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                    "org.reckoning.graph.inner..",
                    "org.reckoning.graph.unroll..",
                    "org.reckoning.graph.model..",
                    "org.reckoning.graph.variables..")
                .as("inner, unroll, model and variables are internal to graph"),
            noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.tensorflow.internal..", "org.bytedeco..")
                .as("internals of TensorFlow are not used"),
            noClasses()
                .that()
                .doNotHaveSimpleName("ModelDirectory") // reports the end of a killed replacement
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .as("only cli prints"),
            noClasses()
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .as("only cli ends the process"),
            noClasses()
                .that()
                .resideOutsideOfPackage(TRAINER + "files..")
                .should()
                .callMethodWhere(
                    DescribedPredicate.<JavaMethodCall>describe(
                        "a method of Files that writes without forcing",
                        call ->
                            call.getTargetOwner().isEquivalentTo(Files.class)
                                && List.of("write", "writeString").contains(call.getName())))
                .as("files are written by trainer.files")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void classes_keepTheRule(ArchRule rule) {
    rule.check(CLASSES);
  }

  /** A rule without classes would hold, too. */
  @Test
  void classes_areThoseOfAllPackages() {
    for (String name : USES.keySet()) {
      assertThat(CLASSES.stream().filter(each -> each.getPackageName().equals(TRAINER + name)))
          .as(name)
          .hasSizeGreaterThan(3);
    }
    assertThat(CLASSES.stream().map(each -> each.getPackageName().replace(TRAINER, "")).distinct())
        .as("packages without a rule")
        .allMatch(name -> USES.containsKey(name.replaceFirst("[.].*", "")) || BASE.contains(name));
  }

  private static ArchRule usesOnly(String name) {
    List<String> others = USES.getOrDefault(name, List.of());
    DescribedPredicate<JavaClass> allowed =
        resideInAPackage(TRAINER + name + "..").or(resideInAPackage("org.reckoning.graph.."));
    for (String other : Stream.concat(others.stream(), BASE.stream()).toList()) {
      allowed = allowed.or(resideInAPackage(TRAINER + other + ".."));
    }
    return noClasses()
        .that()
        .resideInAPackage(TRAINER + name + "..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.reckoning..").and(not(allowed)))
        .as("%s uses no package of trainer but %s".formatted(name, others));
  }
}

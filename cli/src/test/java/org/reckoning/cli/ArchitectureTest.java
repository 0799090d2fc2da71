package org.reckoning.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dependencies between the packages of the command line, and use of the process. */
class ArchitectureTest {
  private static final String CLI = "org.reckoning.cli.";
  private static final List<String> PACKAGES =
      List.of(
          "ask", "bench", "chart", "config", "data", "device", "export", "inspect", "model",
          "process", "program", "serve", "study", "sweep", "train");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.reckoning.cli");

  static Stream<ArchRule> rules() {
    return Stream.of(
        knowsOnly("process"),
        knowsOnly("device"),
        knowsOnly("program"),
        knowsOnly("config"),
        knowsOnly("ask", "config"),
        knowsOnly("data"),
        knowsOnly("model"),
        knowsOnly("chart"),
        knowsOnly("sweep", "chart", "config", "process"),
        knowsOnly("study", "bench", "chart", "config", "process"),
        knowsOnly("train", "config", "device", "process", "sweep"),
        knowsOnly("export", "config", "process"),
        knowsOnly("serve", "ask", "config"),
        knowsOnly("bench", "device", "process", "program"),
        knowsOnly("inspect", "config", "device", "process", "program"),
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "org.reckoning.graph.inner..",
                "org.reckoning.graph.unroll..",
                "org.reckoning.graph.model..",
                "org.reckoning.graph.variables..")
            .as("inner, unroll, model and variables are internal to graph"),
        slices().matching(CLI + "(*)..").should().beFreeOfCycles().as("packages have no cycle"),
        noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Main")
            .and(oneOf("org.reckoning.cli.Reckoning", CLI + "process..").negate())
            .should()
            .accessField(System.class, "out")
            .as("only main classes and 'process' use System.out; commands print to picocli's"),
        noClasses()
            .should()
            .callMethod(Throwable.class, "printStackTrace")
            .as("no class prints a stack trace to standard error"),
        noClasses()
            .that()
            .doNotHaveSimpleName("Reckoning")
            .and(oneOf(CLI + "process..").negate())
            .should()
            .callMethod(System.class, "exit", int.class)
            .as("only main methods and 'process' end the process"),
        noClasses()
            .that()
            .resideOutsideOfPackage(CLI + "device..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.tensorflow.internal..", "org.bytedeco..")
            .as("only 'device' uses the internals of TensorFlow"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void classes_keepTheRule(ArchRule rule) {
    rule.check(CLASSES);
  }

  /** A rule about an empty package would always hold. */
  @Test
  void packages_areThoseOfTheRules() {
    Set<String> found =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith(CLI))
            .map(name -> name.substring(CLI.length()))
            .collect(Collectors.toSet());

    assertThat(found).containsExactlyInAnyOrderElementsOf(PACKAGES);
  }

  @Test
  void rootPackage_holdsTheCommandLineAlone() {
    assertThat(CLASSES.stream())
        .filteredOn(each -> each.getPackageName().equals("org.reckoning.cli"))
        .extracting(JavaClass::getSimpleName)
        .filteredOn(name -> !name.isEmpty() && !name.equals("package-info"))
        .containsExactlyInAnyOrder("Reckoning", "CommandErrors", "VersionInfo");
  }

  private static DescribedPredicate<JavaClass> oneOf(String... namesOrPackages) {
    DescribedPredicate<JavaClass> any = DescribedPredicate.alwaysFalse();
    for (String each : namesOrPackages) {
      any =
          any.or(
              each.endsWith("..")
                  ? resideInAPackage(each)
                  : DescribedPredicate.<JavaClass>describe(
                      each, type -> type.getName().equals(each)));
    }
    return any;
  }

  /** A package uses no package of the command line but the given ones, and no command line root. */
  private static ArchRule knowsOnly(String name, String... others) {
    DescribedPredicate<JavaClass> allowed = resideInAPackage(CLI + name + "..");
    for (String other : others) {
      allowed = allowed.or(resideInAPackage(CLI + other + ".."));
    }
    return noClasses()
        .that()
        .resideInAPackage(CLI + name + "..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.reckoning.cli..").and(not(allowed)))
        .as(name + " knows no package of the command line but " + List.of(others));
  }
}

package org.reckoning.mpi;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the module may use, and what it shows. */
class ArchitectureTest {
  static Stream<ArchRule> rules() {
    return Stream.of(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "org.tensorflow..", "org.reckoning.trainer..", "org.reckoning.cli..")
            .as("mpi knows the peers of graph alone"),
        noClasses()
            .that()
            .haveNameNotMatching(".*[.]Mpi(Library|Peers)")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..")
            .as("only library and peers use the native binding"),
        classes()
            .that()
            .doNotHaveSimpleName("MpiProvider")
            .should()
            .notBePublic()
            .as("only the provider is public"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void classes_keepTheRule(ArchRule rule) {
    rule.check(
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.reckoning.mpi"));
  }
}

package org.reckoning.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Main classes: which ones exist, and that the user's locale and home directory affect none. */
class MainClassesTest {
  /** Methods whose result depends on the locale. */
  private static final Set<String> LOCAL =
      Set.of("format", "formatted", "printf", "toLowerCase", "toUpperCase", "getBytes");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.reckoning.cli");

  static List<JavaMethod> mains() {
    return CLASSES.stream()
        .flatMap(each -> each.tryGetMethod("main", String[].class).stream())
        .toList();
  }

  @Test
  void mains_areTheCommandLine_andChildProcesses() {
    assertThat(mains())
        .extracting(each -> each.getOwner().getSimpleName())
        .containsExactlyInAnyOrder(
            "Reckoning",
            "ExportCheckMain",
            "MachineMain",
            "StepMeasurementMain",
            "StepsOnDemandMain");
  }

  @ParameterizedTest
  @MethodSource("mains")
  void main_beforeAnythingElse_preparesTheProcess(JavaMethod main) {
    int first =
        main.getCallsFromSelf().stream().mapToInt(JavaCall::getLineNumber).min().orElseThrow();
    assertThat(main.getCallsFromSelf())
        .filteredOn(each -> each.getLineNumber() == first)
        .extracting(each -> each.getTargetOwner().getSimpleName() + "." + each.getName())
        .containsExactly("ProcessStart.prepare");
  }

  /** The constants of a class exist before its main is called. */
  @ParameterizedTest
  @MethodSource("mains")
  void main_beforeItIsCalled_formatsNothing(JavaMethod main) {
    assertThat(main.getOwner().getStaticInitializer().stream())
        .flatExtracting(JavaCodeUnit::getCallsFromSelf)
        .extracting(JavaCall::getName)
        .doesNotContainAnyElementsOf(LOCAL);
  }
}

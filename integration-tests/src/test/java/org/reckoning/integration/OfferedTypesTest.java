package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What each module offers: the types that another module uses. A public type that is not in the
 * list of its module is public for the packages of this module alone.
 */
class OfferedTypesTest {
  private static final Path LISTS = Path.of("src/test/resources/offered");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPaths(
              Stream.of("graph", "trainer", "cli", "examples")
                  .map(module -> Path.of("..", module, "target", "classes"))
                  .toList());

  /** To offer a type, or to stop offering it, change the list. */
  @ParameterizedTest
  @ValueSource(strings = {"graph", "trainer"})
  void typesThatOtherModulesUse_areThoseOfTheList(String module) throws IOException {
    String owner = "org.reckoning." + module + ".";
    List<String> used =
        CLASSES.stream()
            .filter(user -> !user.getName().startsWith(owner))
            .flatMap(user -> user.getDirectDependenciesFromSelf().stream())
            .map(dependency -> topLevel(dependency.getTargetClass().getBaseComponentType()))
            .filter(name -> name.startsWith(owner))
            .map(name -> name.substring(owner.length()))
            .distinct()
            .sorted()
            .toList();

    assertThat(used).isEqualTo(Files.readAllLines(LISTS.resolve(module + ".txt")));
  }

  private static String topLevel(JavaClass type) {
    return type.getEnclosingClass().map(OfferedTypesTest::topLevel).orElse(type.getName());
  }
}

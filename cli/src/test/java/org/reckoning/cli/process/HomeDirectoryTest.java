package org.reckoning.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class HomeDirectoryTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path parent;

  @Test
  void temporary_isMadeForThisUserAloneAndUsedAgain() throws IOException {
    Path made = Objects.requireNonNull(HomeDirectory.temporary(parent));
    assertThat(made.getParent()).isEqualTo(parent);
    assertThat(made.getFileName()).asString().matches("reckoning-\\d+");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rwx------");
    assertThat(HomeDirectory.temporary(parent)).isEqualTo(made);
  }

  @Test
  void temporary_whereALinkIs_isRefused() throws IOException {
    Path made = Objects.requireNonNull(HomeDirectory.temporary(parent));
    Path target = parent.resolve("elsewhere");
    Files.move(made, target);
    Files.createSymbolicLink(made, target);
    assertRefused(made);
    assertThat(Files.exists(made, LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(target).isEmptyDirectory();
  }

  @Test
  void temporary_whereOthersCanWrite_isRefused() throws IOException {
    Path made = Objects.requireNonNull(HomeDirectory.temporary(parent));
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertRefused(made);
  }

  @Test
  void temporary_whereAFileIs_isRefused() throws IOException {
    Path made = Objects.requireNonNull(HomeDirectory.temporary(parent));
    Files.delete(made);
    Files.createFile(
        made, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    assertRefused(made);
  }

  private void assertRefused(Path made) {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> HomeDirectory.temporary(parent))
        .withMessage(
            "no writable home directory, and '%s' is not a private directory of this user: remove it, or set XDG_CACHE_HOME to a writable directory",
            made);
  }
}

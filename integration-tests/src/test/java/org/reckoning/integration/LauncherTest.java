package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the launcher: builds, caches, locales and error messages. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest extends LauncherTree {
  /** A fake {@code locale} with one UTF-8 locale. */
  private static final String LOCALE =
      """
      #!/bin/sh
      utf8=%s
      case $1 in
        -a) printf 'C\\nde_DE\\n%%s\\n' "$utf8" ;;
        *) [ "$LC_ALL" = "$utf8" ] && echo UTF-8 || echo ANSI_X3.4-1968 ;;
      esac
      """;

  @Test
  void firstStart_buildsAndThenBecomesJava() throws Exception {
    Outcome outcome = launch("train", "name=a b", "");
    assertThat(outcome.err())
        .contains("reckoning: builds for the first time; takes about a minute")
        .contains("called mvn -q -B -pl cli -am package -Dmaven.test.skip=true");
    assertThat(outcome.code()).isEqualTo(7);
    assertThat(outcome.out())
        .contains("pid " + outcome.pid())
        .contains("argument -Xmx4g")
        .contains("argument -Dorg.bytedeco.javacpp.maxPhysicalBytes=0")
        .contains("argument -Dreckoning.home=" + root)
        .contains("argument -Dreckoning.terminal=false")
        .containsSubsequence(
            "argument org.reckoning.cli.Reckoning",
            "argument train",
            "argument name=a b",
            "argument ")
        .contains("TF_CPP_MIN_LOG_LEVEL 2")
        .contains("TF_ENABLE_ONEDNN_OPTS 1")
        .contains("GLIBC_TUNABLES glibc.malloc.hugetlb=1")
        .doesNotContain("argument --enable-native-access=ALL-UNNAMED");
    assertThat(outcome.argumentAfter("-cp"))
        .isEqualTo(
            "%s/cli/target/classes:%s/graph/target/graph.jar:%s/graph/target/tensorflow-core-native-1-linux-x86_64.jar"
                .formatted(root, root, root));
  }

  @Test
  void nextStart_withNothingChanged_doesNotBuild() throws Exception {
    launch();
    Outcome outcome = launch();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isEqualTo(7);
  }

  @Test
  void nextStart_withNewerSources_buildsOnce() throws Exception {
    launch();
    Files.setLastModifiedTime(
        root.resolve("cli/target/built-by-launcher"),
        FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    assertThat(launch().err()).contains("builds as sources have changed").contains("called mvn");
    assertThat(launch().built()).isFalse();
  }

  @Test
  void nextStart_withALibraryGone_builds() throws Exception {
    launch();
    Files.delete(root.resolve("graph/target/graph.jar"));
    assertThat(launch().err()).contains("builds as libraries are missing").contains("called mvn");
  }

  @Test
  void nextStart_ofACopyOfTheTree_buildsAndUsesItsOwnLibraries() throws Exception {
    launch();
    Path copy = root.resolveSibling("copy");
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(
            file,
            copy.resolve(root.relativize(file).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    root = copy;
    Outcome outcome = launch();
    assertThat(outcome.built()).isTrue();
    assertThat(outcome.argumentAfter("-cp")).contains(copy + "/graph/target/graph.jar");
  }

  @Test
  void start_throughLinksFromElsewhere_findsTheTree() throws Exception {
    Path links = Files.createDirectories(directory.resolve("links/deep"));
    Files.createSymbolicLink(links.resolve("r"), Path.of("..", "second"));
    Files.createSymbolicLink(directory.resolve("links/second"), root.resolve("reckoning"));
    Outcome outcome = run(List.of("./deep/r", "eval"), directory.resolve("links"));
    assertThat(outcome.out())
        .contains("argument -Dreckoning.home=" + root)
        .contains("argument eval");
  }

  @Test
  void xlaFlags_getACacheBehindWhatTheUserHas() throws Exception {
    Path home = directory.resolve("home");
    assertThat(xlaFlags())
        .startsWith(
            "--tf_xla_persistent_cache_directory='%s/.cache/reckoning/xla/".formatted(home));
    assertThat(home.resolve(".cache/reckoning/xla")).isNotEmptyDirectory();
    environment.put("XDG_CACHE_HOME", directory.resolve("other").toString());
    environment.put("TF_XLA_FLAGS", "--tf_xla_clustering_debug");
    assertThat(xlaFlags())
        .startsWith(
            "--tf_xla_clustering_debug --tf_xla_persistent_cache_directory='%s/other/reckoning/xla/"
                .formatted(directory));
  }

  /** XLA takes a program from its cache even if the program was compiled with other flags. */
  @Test
  void xlaFlags_ofAnotherRuntime_haveAnotherCache() throws Exception {
    environment.put("XLA_FLAGS", "");
    String usual = xlaFlags();
    environment.put("XLA_FLAGS", "--xla_cpu_use_thunk_runtime=false");
    String other = xlaFlags();

    assertThat(other).isNotEqualTo(usual).contains("/reckoning/xla/").isEqualTo(xlaFlags());
  }

  @Test
  void xlaFlags_withACacheOfTheUser_stay() throws Exception {
    for (String flags : List.of("--tf_xla_persistent_cache_directory=/x", "flags.txt")) {
      environment.put("TF_XLA_FLAGS", flags);
      assertThat(xlaFlags()).isEqualTo(flags);
    }
  }

  @Test
  void xlaFlags_withAQuoteInThePath_areQuotedOtherwise() throws Exception {
    environment.put("XDG_CACHE_HOME", directory.resolve("it's \"a b\"").toString());
    assertThat(xlaFlags())
        .startsWith(
            "--tf_xla_persistent_cache_directory=\"%s/it's \\\"a b\\\"/reckoning/xla/"
                .formatted(directory))
        .endsWith("\"");
  }

  @Test
  void libraries_areUnpackedBesideTheCompiledPrograms() throws Exception {
    Path home = directory.resolve("home");
    assertThat(libraryCache()).isEqualTo(home + "/.cache/reckoning/javacpp");
    environment.put("XDG_CACHE_HOME", directory.resolve("it's \"a b\"").toString());
    assertThat(libraryCache()).isEqualTo(directory + "/it's \"a b\"/reckoning/javacpp");
    environment.put("XDG_CACHE_HOME", "relative"); // the standard ignores it
    assertThat(libraryCache()).isEqualTo(home + "/.cache/reckoning/javacpp");
    assertThat(directory.resolve("relative")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"})
  void libraries_withACacheOfTheUser_stayThere(String variable) throws Exception {
    environment.put(variable, "-Xss2m -Dorg.bytedeco.javacpp.cachedir=/x");
    assertThat(launch().out()).noneMatch(line -> line.contains("cachedir"));
  }

  @Test
  void libraries_unpackedInTheHomeBefore_areUsedUnlessAnotherCacheIsChosen() throws Exception {
    Path old = directory.resolve("home/.javacpp/cache");
    Files.createDirectories(old.resolve("tensorflow-core-native-1-linux-x86_64.jar"));
    assertThat(libraryCache()).isEqualTo(old.toString());
    environment.put("XDG_CACHE_HOME", directory.resolve("x").toString());
    assertThat(libraryCache()).isEqualTo(directory + "/x/reckoning/javacpp");
  }

  @Test
  void libraries_ofAnotherVersionInTheHome_areUnpackedAnew() throws Exception {
    Path old = directory.resolve("home/.javacpp/cache");
    Files.createDirectories(old.resolve("tensorflow-core-native-0-linux-x86_64.jar"));
    assertThat(libraryCache()).endsWith("/.cache/reckoning/javacpp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HOME", "XDG_CACHE_HOME"})
  void start_whereNoCacheCanBeWritten_usesAPrivateDirectoryAndSaysSoOnce(String variable)
      throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Path temporary = Files.createDirectory(directory.resolve("t m p"));
    environment.put(variable, file.toString());
    environment.put("TMPDIR", temporary.toString());
    Outcome first = launch();
    assertThat(first.err())
        .contains("reckoning: cannot write " + file)
        .contains("are kept in " + temporary + "/reckoning-")
        .contains("set XDG_CACHE_HOME");
    Path own = only(temporary);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
        .isEqualTo("rwx------");
    assertThat(first.out())
        .contains("argument -Dorg.bytedeco.javacpp.cachedir=" + own + "/javacpp")
        .anyMatch(line -> line.contains("cache_directory='" + own + "/xla/"));
    Outcome second = launch();
    assertThat(second.err()).isEmpty();
    assertThat(second.out())
        .contains("argument -Dorg.bytedeco.javacpp.cachedir=" + own + "/javacpp");
  }

  @Test
  void start_ofAUserWithoutEntryAndHome_usesAPrivateDirectory() throws Exception {
    program("id", "#!/bin/sh\n[ \"$1\" = -un ] && exit 1\necho 1234\n");
    Path temporary = Files.createDirectory(directory.resolve("t"));
    environment.put("TMPDIR", temporary.toString());
    environment.remove("HOME");
    Outcome outcome = launch();
    assertThat(outcome.err()).contains("reckoning: there is no home directory: ");
    assertThat(outcome.out())
        .contains(
            "argument -Dorg.bytedeco.javacpp.cachedir=" + temporary + "/reckoning-1234/javacpp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"link", "open to all", "file"})
  void start_wherePrivateDirectoryMayBelongToOthers_hasCode2(String what) throws Exception {
    environment.put("HOME", Files.createFile(directory.resolve("file")).toString());
    Path temporary = Files.createDirectory(directory.resolve("t"));
    environment.put("TMPDIR", temporary.toString());
    launch();
    Path own = only(temporary);
    Path moved = directory.resolve("moved");
    Files.move(own, moved);
    switch (what) {
      case "link" -> Files.createSymbolicLink(own, moved);
      case "open to all" -> {
        Files.createDirectory(own);
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
      }
      default -> Files.createFile(own);
    }
    Outcome outcome = launch();
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .contains(own + " is not a directory of this user alone: remove it, or set XDG_CACHE_HOME")
        .hasLineCount(1);
    assertThat(outcome.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"LC_ALL=C", "LC_ALL=POSIX", "LANG=de_DE.ISO-8859-1", "LANG=none.UTF-8", ""})
  void start_inAnyLocale_isInUtf8(String setting) throws Exception {
    if (!setting.isEmpty()) {
      environment.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
    }
    assertThat(launch().out())
        .contains(
            "argument -Dfile.encoding=UTF-8",
            "argument -Dstdout.encoding=UTF-8",
            "argument -Dstderr.encoding=UTF-8");
    program("locale", LOCALE.formatted("C.UTF-8"));
    assertThat(launch().out()).contains("LC_ALL C.UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"en_US.UTF-8", "ja_JP.utf8"})
  void start_withoutCUtf8_takesAnotherUtf8Locale(String other) throws Exception {
    program("locale", LOCALE.formatted(other));
    environment.put("LC_ALL", "C");
    assertThat(launch().out()).contains("LC_ALL " + other);
  }

  @Test
  void start_withoutCUtf8_keepsTheUtf8LocaleOfTheUser() throws Exception {
    program("locale", LOCALE.formatted("tr_TR.UTF-8"));
    environment.put("LANG", "tr_TR.UTF-8");
    assertThat(launch().out()).contains("LC_ALL tr_TR.UTF-8");
  }

  @Test
  void start_withoutAnyUtf8Locale_goesOnWhereThePathIsAscii() throws Exception {
    program("locale", LOCALE.formatted("none"));
    environment.put("LC_ALL", "C");
    assertThat(launch().out()).contains("LC_ALL C");
    assumeThat(System.getProperty("sun.jnu.encoding")).isEqualTo("UTF-8"); // for the name
    root = Files.move(root, root.resolveSibling("für uns"));
    Outcome outcome = launch();
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .startsWith("reckoning: this machine has no UTF-8 locale, and the path of the project")
        .hasLineCount(1);
  }

  @Test
  void start_withJava25_allowsNativeAccess() throws Exception {
    program("java", JAVA.formatted("25-ea"));
    assertThat(launch().out())
        .contains("argument --enable-native-access=ALL-UNNAMED")
        .contains("argument --sun-misc-unsafe-memory-access=allow");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void start_withADriver_buildsForGpusAndTheCpuUsesThatBuild() throws Exception {
    environment.put("RECKONING_DEVICE", "cpu");
    assertThat(launch().out()).contains("CUDA_VISIBLE_DEVICES -1");
    program("nvidia-smi", "#!/bin/sh\n");
    environment.remove("RECKONING_DEVICE");
    Outcome outcome = launch();
    assertThat(outcome.err())
        .contains("builds for NVIDIA GPUs")
        .contains("called mvn -Pgpu -q -B -pl cli -am package");
    assertThat(outcome.out()).contains("CUDA_VISIBLE_DEVICES unset");
    assertThat(launch().built()).isFalse();
    environment.put("RECKONING_DEVICE", "cpu");
    assertThat(launch().built()).isFalse();
  }

  @Test
  void start_withABuildThatFails_hasCode1AndTriesAgain() throws Exception {
    program("mvn", "#!/bin/sh\necho '[ERROR] no'\nexit 3\n");
    Outcome outcome = launch();
    assertThat(outcome.err())
        .contains("[ERROR] no")
        .contains("the build failed, Maven says above why");
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.code()).isEqualTo(1);
    program("mvn", MVN);
    assertThat(launch().built()).isTrue();
  }

  /** Returns each mistake with the sentence that reports it. */
  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("java missing", "java was not found on the PATH: install a JDK 17 or newer"),
        Arguments.of("java old", "java is version 8 but must be 17 or newer"),
        Arguments.of("java broken", "'java -version' printed no version"),
        Arguments.of("javac missing", "javac was not found, and building this project needs it"),
        Arguments.of("mvn missing", "mvn was not found on the PATH: install Maven 3.8.7 or newer"),
        Arguments.of("JAVA_HOME=/none", "JAVA_HOME (/none) has no bin/java"),
        Arguments.of(
            "RECKONING_HEAP=lots", "RECKONING_HEAP (lots) must be a number with k, m or g"),
        Arguments.of("RECKONING_HEAP=4", "RECKONING_HEAP (4) must be a number with k, m or g"),
        Arguments.of("RECKONING_DEVICE=tpu", "RECKONING_DEVICE (tpu) must be cpu, gpu or auto"),
        Arguments.of("RECKONING_NATIVE_LOG=no", "RECKONING_NATIVE_LOG (no) must be all, or unset"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void start_withAMistake_saysWhatToDoAndHasCode2(String mistake, String sentence)
      throws Exception {
    String[] words = mistake.split("[ =]", 2);
    Path tool = directory.resolve("bin").resolve(words[0]);
    switch (words[1]) {
      case "missing" -> Files.delete(tool);
      case "old" -> program("java", JAVA.formatted("1.8.0_392"));
      case "broken" -> program("java", "#!/bin/sh\nexit 1\n");
      default -> environment.put(words[0], words[1]);
    }
    Outcome outcome = launch();
    assertThat(outcome.err()).startsWith("reckoning: " + sentence).hasLineCount(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.code()).isEqualTo(2);
  }

  private String xlaFlags() throws Exception {
    return launch().out().stream()
        .filter(line -> line.startsWith("TF_XLA_FLAGS "))
        .findFirst()
        .orElseThrow()
        .substring("TF_XLA_FLAGS ".length());
  }

  private String libraryCache() throws Exception {
    String option = "argument -Dorg.bytedeco.javacpp.cachedir=";
    return launch().out().stream()
        .filter(line -> line.startsWith(option))
        .findFirst()
        .orElseThrow()
        .substring(option.length());
  }

  private static Path only(Path parent) throws IOException {
    try (Stream<Path> children = Files.list(parent)) {
      List<Path> all = children.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }
}

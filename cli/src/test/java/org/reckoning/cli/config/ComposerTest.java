package org.reckoning.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.config.ConfigException;

/** The rules of composition, on small files of its own. */
class ComposerTest {
  @TempDir private Path home;

  @BeforeEach
  void files() {
    file(
        "run",
        """
        defaults:
          - base: [first, second]
          - db: mysql
          - experiment: null
          - _self_
        own: 1
        """);
    file("base/first", "# @package _global_\na: 1\nlist: [1, 2]\nmap: {x: 1, y: 2}\n");
    file("base/second", "# @package _global_\na: 2\nmap: {y: 3}\nlist: [3]\n");
    file("db/mysql", "# MySQL\nname: mysql\nport: 1\n");
    file("db/postgresql", "name: postgresql\n");
  }

  @Test
  void files_areMergedInOrder() {
    assertThat(compose())
        .isEqualTo("{'a':2,'list':[3],'map':{'x':1,'y':3},'db':{'name':'mysql','port':1},'own':1}");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "db=postgresql|'db':{'name':'postgresql'}",
        "~db|'map':{'x':1,'y':3},'own'",
        "db=null|'map':{'x':1,'y':3},'own'",
        "+db=postgresql|'db':{'name':'postgresql'}",
        "db=[mysql,postgresql]|'db':{'name':'postgresql','port':1}",
        "base=first|{'a':1,'list':[1,2],'map':{'x':1,'y':2},'db'",
        "own=2|'own':2",
        "own=text|'own':'text'",
        "own=|'own':''",
        "own='a b'|'own':'a b'",
        "own=[1, x]|'own':[1,'x']",
        "own=true|'own':true",
        "own=null|'own':null",
        "own=1=2|'own':'1=2'",
        "list=[]|'list':[]",
        "map.x=5|'map':{'x':5,'y':3}",
        "map={x: 5}|'map':{'x':5,'y':3}",
        "+map.z=5|'map':{'x':1,'y':3,'z':5}",
        "+new.deep.key=5|'new':{'deep':{'key':5}}",
        "++map.z=5|'map':{'x':1,'y':3,'z':5}",
        "++map.x=5|'map':{'x':5,'y':3}",
        "~map.x|'map':{'y':3}",
        "~map.x=1|'map':{'y':3}",
        "db.port=7|'db':{'name':'mysql','port':7}"
      },
      delimiter = '|',
      quoteCharacter = '\u0000')
  void word_changesTheConfiguration(String word, String part) {
    assertThat(compose(word)).contains(part);
  }

  @Test
  void laterWord_wins() {
    assertThat(compose("own=2", "own=3")).contains("'own':3");
    assertThat(compose("db=null", "db=postgresql")).contains("'name':'postgresql'");
    assertThat(compose("db.port=7", "db=mysql")).contains("'port':7");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "seeed=1|no such key 'seeed'; did you mean seed?",
        "dbb=mysql|no such key 'dbb'; did you mean db?",
        "qqqqqqqqqqqqqqqqqqqqqqqqq=1|no such key 'qqqqqqqqqqqqqqqqqqqqqqqqq'; 'reckoning config --keys' lists all keys",
        "+own=2|cannot add 'own': it exists with value (1); change it with own=2",
        "~seeed|cannot remove 'seeed': no such key; did you mean seed?",
        "~own=2|cannot remove 'own': its value is (1), not (2)",
        "own|'own' must be key=value, +key=value, ++key=value or ~key",
        "=1|'=1' must be key=value, +key=value, ++key=value or ~key",
        "own=1,2|own (1,2) must be one value: own=[1,2] is a list, quotes make it text, and -m runs each value",
        "own=range(3)|own (range(3)) must be one value: own=[range(3)] is a list, quotes make it text, and -m runs each value"
      },
      delimiter = '|')
  void badWord_isOneSentence(String word, String problem) {
    Composition composition = composer().compose(List.of(word));

    assertThat(problems(composition::bind)).contains(problem);
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "db=mysq|db (mysq) must be one of mysql, postgresql; did you mean mysql?",
        "own=[1|value '[1' of own: ",
        "+db=???|db must be set: db=NAME, one of mysql, postgresql"
      },
      delimiter = '|')
  void unusableWord_isOneSentence(String word, String problem) {
    assertThat(problems(() -> composer().compose(List.of(word)).bind()))
        .anySatisfy(each -> assertThat(each).startsWith(problem));
  }

  @Test
  void experiment_choosesAnewAndComesLast() {
    file(
        "experiment/big",
        """
        # @package _global_
        defaults:
          - override /db: postgresql
        own: 5
        a: 7
        db: {port: 9}
        """);
    file("experiment/bigger", "# @package _global_\ndefaults: [big]\na: 8\n");

    String expected =
        "{'a':7,'list':[3],'map':{'x':1,'y':3},'db':{'name':'postgresql','port':9},'own':1}";
    assertThat(compose("experiment=big")).isEqualTo(expected);
    assertThat(compose("+experiment=big")).isEqualTo(expected);
    assertThat(compose("experiment=bigger")).isEqualTo(expected.replace("'a':7", "'a':8"));
    assertThat(compose("experiment=big", "db=mysql", "a=9"))
        .contains("'db':{'name':'mysql','port':9}", "'a':9");
  }

  @Test
  void ownKeys_comeWhereSelfIs() {
    file("run", "defaults: [_self_, db: mysql]\ndb: {port: 5}\n");
    assertThat(compose()).isEqualTo("{'db':{'port':1,'name':'mysql'}}");

    file("run", "defaults: [db: mysql]\ndb: {port: 5}\n");
    assertThat(compose()).isEqualTo("{'db':{'name':'mysql','port':5}}");
  }

  @Test
  void package_decidesWhereKeysGo() {
    file("db/mysql", "# @package server.db\nname: mysql\n");
    file("db/deep/one", "x: 1\n");
    file("run", "defaults: [db: mysql, db/deep: one, optional db: missing]\n");

    assertThat(problemsOfFiles())
        .containsExactly(
            "group db must be added once but configs/run.yaml and configs/run.yaml add it; write"
                + " 'override /db: ..' in one");
    file("run", "defaults: [db: mysql, db/deep: one, optional more: missing]\n");
    assertThat(compose()).isEqualTo("{'server':{'db':{'name':'mysql'}},'db':{'deep':{'x':1}}}");
  }

  @Test
  void addedGroup_comesAfterTheOwnKeys() {
    file("extra/one", "# @package _global_\nown: 9\n");

    assertThat(compose("+extra=one")).contains("'own':9");
    assertThat(problemsOfFiles("extra=one"))
        .containsExactly(
            "cannot override group 'extra' (one, chosen by the command line): no defaults list has"
                + " it; add it with +extra=one");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "defaults: [x]|configuration file (x) must be one of run",
        "defaults: [run]|defaults of run must not form a cycle: run -> run",
        "defaults: 5|defaults (5) of configs/run.yaml must be a list",
        "defaults: [override /d: mysql, db: mysql]|cannot override group 'd' (mysql, chosen by configs/run.yaml): no defaults list has it; did you mean db?; add it with +d=mysql",
        "defaults: [db: '???']|db must be set: db=NAME, one of mysql, postgresql",
        "defaults: [{db: mysql, a: b}]|entry {\"db\":\"mysql\",\"a\":\"b\"} of the defaults of configs/run.yaml must be _self_, a file, 'group: option' or 'override /group: option'",
        "defaults: [replace db: mysql]|entry {\"replace db\":\"mysql\"} of the defaults of configs/run.yaml must be _self_, a file, 'group: option' or 'override /group: option'",
        "defaults: [db@x: mysql]|entry {\"db@x\":\"mysql\"} of the defaults of configs/run.yaml must be _self_, a file, 'group: option' or 'override /group: option'",
        "a: b: c|configs/run.yaml, line 1: mapping values are not allowed here"
      },
      delimiter = '|',
      quoteCharacter = '\u0000')
  void badDefaults_areOneSentence(String run, String problem) {
    file("run", run + "\n");

    assertThat(problemsOfFiles()).containsExactly(problem);
  }

  @Test
  void directoryOfTheUser_winsAndAdds(@TempDir Path users) throws IOException {
    Files.createDirectories(users.resolve("db"));
    Files.writeString(users.resolve("db/mysql.yaml"), "name: mine\n");
    Files.writeString(users.resolve("db/own.yaml"), "name: own\n");
    Composer composer = new Composer(ConfigPath.of(users, home), name -> null);

    assertThat(composer.compose(List.of()).written().at("/db/name").asText()).isEqualTo("mine");
    assertThat(composer.compose(List.of("db=own")).written().at("/db/name").asText())
        .isEqualTo("own");
    assertThat(problems(() -> composer.compose(List.of("db=x"))))
        .containsExactly("db (x) must be one of mysql, own, postgresql");
  }

  @Test
  void missingDirectory_isOneSentence() {
    assertThat(problems(() -> ConfigPath.of(Path.of("missing"), home)))
        .containsExactly("--config-dir (missing) must be a directory of configuration files");
    Path elsewhere = home.resolve("elsewhere");
    assertThat(problems(() -> ConfigPath.of(null, elsewhere)))
        .containsExactly(
            ("no configs/run.yaml in '%s'; start with ./reckoning, or set the system property"
                    + " reckoning.home to the project's directory")
                .formatted(elsewhere));
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "${own}|1",
        "${map.x}0|'10'",
        "a-${own}-${map.x}|'a-1-1'",
        "${list}|[3]",
        "${db}|{'name':'mysql','port':1}",
        "${oc.env:SET}|'value'",
        "${oc.env:NUMBER}|7",
        "${oc.env:UNSET,${own}}|1",
        "${oc.env:UNSET,some text}|'some text'",
        "${chain}|1"
      },
      delimiter = '|',
      quoteCharacter = '\u0000')
  void reference_becomesItsValue(String reference, String value) {
    file(
        "run",
        "defaults: [base: [first, second], db: mysql]\nown: 1\nchain: ${own}\nref: '"
            + reference
            + "'\n");

    assertThat(json(composer().compose(List.of()).resolved().get("ref").toString()))
        .isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "${seeed}|ref (${seeed}) must name an existing key; did you mean seed?",
        "${oc.env:UNSET}|ref (${oc.env:UNSET}) must name a set environment variable; ${oc.env:UNSET,DEFAULT} gives a default",
        "${ref}|ref (${ref}) must not form a cycle: ref -> ref",
        "x${map}|ref (${map}) must be a single value inside a text",
        "${now:x}|ref (${now:x}) must be ${key} or ${oc.env:NAME}",
        "${.own}|ref (${.own}) must be ${key} or ${oc.env:NAME}"
      },
      delimiter = '|')
  void badReference_isOneSentence(String reference, String problem) {
    file("run", "defaults: [base: [first, second], db: mysql]\nown: 1\nref: '" + reference + "'\n");

    assertThat(problems(() -> composer().compose(List.of()).bind())).contains(problem);
  }

  @Test
  void referenceToAnOpenKey_isNotToldTwice() {
    file("run", "data_dir: ???\ntrain: ${data_dir}/train\n");
    References references = new References(composer().compose(List.of()).written(), name -> null);

    assertThat(references.resolve())
        .hasToString("{\"data_dir\":\"???\",\"train\":\"${data_dir}/train\"}");
    assertThat(references.problems()).isEmpty();
  }

  private void file(String path, String text) {
    try {
      Path file = home.resolve("configs").resolve(path + ".yaml");
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Composer composer() {
    Map<String, String> environment = Map.of("SET", "value", "NUMBER", "7");
    return new Composer(ConfigPath.of(null, home), environment::get);
  }

  private String compose(String... words) {
    return json(composer().compose(List.of(words)).written().toString());
  }

  private static String json(String json) {
    return json.replace('"', '\'');
  }

  private List<String> problemsOfFiles(String... words) {
    return problems(() -> composer().compose(List.of(words)));
  }

  private static List<String> problems(Runnable run) {
    ConfigException e = catchThrowableOfType(ConfigException.class, run::run);
    return Objects.requireNonNull(e, "must be refused").problems();
  }
}

package org.reckoning.trainer.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerAddressTest {
  private static String basic(String text) {
    return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8501,                    http://localhost:8501/x,         http://localhost:8501",
    "HTTP://Localhost:8501/,                   http://Localhost:8501/x,         HTTP://Localhost:8501",
    "'  http://localhost:8501 ',               http://localhost:8501/x,         http://localhost:8501",
    "http://localhost:08501,                   http://localhost:8501/x,         http://localhost:8501",
    "http://localhost:,                        http://localhost/x,              http://localhost",
    "http://tf_serving:8501,                   http://tf_serving:8501/x,        http://tf_serving:8501",
    "http://_a.b_c_:1,                         http://_a.b_c_:1/x,              http://_a.b_c_:1",
    "http://[::1]:8501,                        http://[::1]:8501/x,             http://[::1]:8501",
    "http://[fe80::1%eth0]/,                   http://[fe80::1%eth0]/x,         http://[fe80::1%eth0]",
    "http://münchen.example,                   http://xn--mnchen-3ya.example/x, http://münchen.example",
    "https://gateway/a/b/,                     https://gateway/a/b/x,           https://gateway/a/b",
    "https://gateway/ä%20b,                    https://gateway/%C3%A4%20b/x,    https://gateway/ä%20b",
    "http://joe:s3cret@localhost:8501,         http://localhost:8501/x,         http://localhost:8501",
    "http://joe:s3c@ret@tf_serving,            http://tf_serving/x,             http://tf_serving",
    "https://joe:s3cret@[::1]:1/a/v1/models/m, https://[::1]:1/a/x,             https://[::1]:1/a",
  })
  void address_asPeoplePasteIt_isUnderstoodAndShownWithoutUser(
      String given, String url, String shown) {
    ServerAddress address = ServerAddress.of(given);
    assertThat(address.url("/x")).hasToString(url);
    assertThat(address).hasToString(shown);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "http://h:8501/v1/models/m,                          m, -",
        "http://h:8501/v1/models/m/,                         m, -",
        "http://h:8501/v1/models/m:predict,                  m, -",
        "http://h:8501/v1/models/m/metadata,                 m, -",
        "http://h:8501/v1/models/m/versions/3,               m, 3",
        "http://h:8501/v1/models/m/versions/3:predict,       m, 3",
        "http://h:8501/v1/models/m/versions/3/metadata,      m, 3",
        "http://h:8501/v1/models,                            -, -",
        "http://h:8501,                                      -, -",
        "http://joe:v1@h:8501/v1/models/m.1_2-x:predict,     m.1_2-x, -",
      })
  void modelAndVersion_inAPastedAddress_areFound(String given, String model, String version) {
    ServerAddress address = ServerAddress.of(given);
    assertThat(address.model()).isEqualTo(model);
    assertThat(address.version()).isEqualTo(version);
    assertThat(address).hasToString("http://h:8501");
  }

  @ParameterizedTest
  @CsvSource({
    "joe:secret,              joe:secret",
    "joe,                     joe:",
    "joe:,                    joe:",
    "joe:a:b,                 joe:a:b",
    "joe:a%40b%2Fc%3a%25,     joe:a@b/c:%",
    "joe:a+b,                 joe:a+b",
    "j%C3%B6:ö,               jö:ö",
  })
  void userAndPassword_areSentDecoded(String given, String sent) {
    assertThat(ServerAddress.of("http://" + given + "@h").authorization()).isEqualTo(basic(sent));
  }

  @Test
  void userAndPassword_ofOtherBytesThanUtf8_areSentAsTheyAre() {
    assertThat(ServerAddress.of("http://j:%E4@h").authorization())
        .isEqualTo(
            "Basic " + Base64.getEncoder().encodeToString(new byte[] {'j', ':', (byte) 0xE4}));
    assertThat(ServerAddress.of("http://h").authorization()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8501,               server (localhost:8501) must be an address such as http://localhost:8501",
    "'',                           server () must be an address such as http://localhost:8501",
    "grpc://h:8500,                server (grpc://h:8500) must be an address such as http://localhost:8501",
    "http:/h,                      server (http:/h) must be an address such as http://localhost:8501",
    "http://,                      server (http://) must be an address such as http://localhost:8501",
    "http://:8501,                 server (http://:8501) must be an address such as http://localhost:8501",
    "http:///v1,                   server (http:///v1) must be an address such as http://localhost:8501",
    "http://a b,                   server (http://a b) must be an address such as http://localhost:8501",
    "http://a..b,                  server (http://a..b) must be an address such as http://localhost:8501",
    "http://h!,                    server (http://h!) must be an address such as http://localhost:8501",
    "http://[x],                   server (http://[x]) must be an address such as http://localhost:8501",
    "joe:s3cret@h:8501,            server (h:8501) must be an address such as http://localhost:8501",
    "http://joe:s3cret@,           server (http://) must be an address such as http://localhost:8501",
    "http://joe:s3c ret@h h,       server (http://h h) must be an address such as http://localhost:8501",
    "http://::1:8501,              'server (http://::1:8501) must have an IPv6 address in brackets, as in http://[::1]:8501'",
    "http://joe:s3cret@::1,        'server (http://::1) must have an IPv6 address in brackets, as in http://[::1]:8501'",
    "http://h:0,                   port (0) of server (http://h) must be 1 to 65535",
    "http://joe:s3cret@h:65536,    port (65536) of server (http://h) must be 1 to 65535",
    "http://h:99999999999999,      port (99999999999999) of server (http://h) must be 1 to 65535",
    "http://h:-1,                  port of server (http://h) must be a number from 1 to 65535",
    "http://joe:s3cret,            port of server (http://joe) must be a number from 1 to 65535",
    "http://joe:s3cret/x@h,        'server (http://h) must not have ''@'' after ''/'', ''?'' or ''#'': write these as %2F, %3F and %23 in a password, and ''@'' as %40 in a path'",
    "http://joe:s3c#ret@h,         'server (http://h) must not have ''@'' after ''/'', ''?'' or ''#'': write these as %2F, %3F and %23 in a password, and ''@'' as %40 in a path'",
    "http://joe:s3cret%@h,         server (http://h) must have '%' of user and password written as %25",
    "http://joe:s3cret%4@h:1,      server (http://h:1) must have '%' of user and password written as %25",
    "http://jo%3Ae:s3cret@h,       server (http://h) must have a user without a colon",
    "http://h/x?key=s3cret,        'server (http://h) must not have a query (''?..'') or a fragment (''#..''): leave it out'",
    "http://h#s3cret,              'server (http://h) must not have a query (''?..'') or a fragment (''#..''): leave it out'",
    "http://joe:s3cret@h/a b,      server (http://h/a b) must be an address: write blanks in its path as %20",
    "http://h/v1/models/m:classify, 'server (http://h/v1/models/m:classify) must end with /v1/models/NAME or /v1/models/NAME/versions/NUMBER, or without a model'",
    "http://h/v1/models/m/labels/x, 'server (http://h/v1/models/m/labels/x) must end with /v1/models/NAME or /v1/models/NAME/versions/NUMBER, or without a model'",
  })
  void whatIsNoAddress_isRefusedInOneSentenceWithoutPassword(String given, String sentence) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ServerAddress.of(given))
        .withMessage(sentence)
        .satisfies(
            e -> {
              StringWriter trace = new StringWriter();
              e.printStackTrace(new PrintWriter(trace));
              assertThat(trace.toString()).doesNotContain("s3c", "ret@");
            });
  }

  @Test
  void textOfAServer_thatRepeatsPassword_isHidden() {
    ServerAddress address = ServerAddress.of("http://joe:a%40b@h");
    assertThat(address.hideSecrets("a@b, a%40b and " + address.authorization()))
        .isEqualTo("***, *** and Basic ***");
  }
}

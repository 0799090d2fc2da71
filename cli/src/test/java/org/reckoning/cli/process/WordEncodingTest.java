package org.reckoning.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordEncodingTest {

  @ParameterizedTest
  @CsvSource({"UTF-8", "utf-8"})
  void word_inAUtf8Locale_isUsable(String encoding) {
    assertThat(WordEncoding.problem(List.of("José"), raw("José", StandardCharsets.UTF_8), encoding))
        .isEmpty();
    assertThat(WordEncoding.problem(List.of("José"), List.of(), encoding)).isEmpty();
  }

  @Test
  void plainWord_inAnyLocale_isUsable() {
    List<byte[]> raw = raw("Jose?", StandardCharsets.US_ASCII);
    assertThat(WordEncoding.problem(List.of("Jose?"), raw, "ANSI_X3.4-1968")).isEmpty();
    assertThat(WordEncoding.problem(List.of("Jose?"), List.of(), "ANSI_X3.4-1968")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"Jos??, ANSI_X3.4-1968", "JosÃ©, ISO-8859-1", "Jos鷄, GB18030"})
  void word_inALocaleWithoutUtf8_isRefused(String garbled, String encoding) {
    assertThat(
            WordEncoding.problem(List.of(garbled), raw("José", StandardCharsets.UTF_8), encoding))
        .hasValue(
            "argument 'José' cannot be read: the encoding of this process's locale is %s; set LC_ALL to a UTF-8 locale, such as C.UTF-8 ('locale -a' lists the installed ones)"
                .formatted(encoding));
  }

  @Test
  void word_withUnknownBytesInALocaleWithoutUtf8_isRefused() {
    assertThat(WordEncoding.problem(List.of("a", "José"), List.of(), "ISO-8859-1"))
        .hasValueSatisfying(problem -> assertThat(problem).contains("ISO-8859-1"));
  }

  @ParameterizedTest
  @CsvSource({"UTF-8", "ANSI_X3.4-1968", "ISO-8859-1"})
  void word_thatIsNotUtf8_isRefused(String encoding) {
    List<byte[]> raw = raw("José", StandardCharsets.ISO_8859_1);
    assertThat(WordEncoding.problem(List.of("Jos\uFFFD"), raw, encoding))
        .hasValue(
            "argument 'Jos\\xE9' must be text in UTF-8: convert it, or set the terminal to UTF-8");
  }

  @Test
  void word_withAReplacementOfUnknownBytes_isRefused() {
    assertThat(WordEncoding.problem(List.of("Jos\uFFFD"), List.of(), "UTF-8"))
        .hasValueSatisfying(problem -> assertThat(problem).contains("must be text in UTF-8"));
  }

  @Test
  void replacementCharacter_asTyped_isUsable() {
    List<byte[]> raw = raw("a \uFFFD", StandardCharsets.UTF_8);
    assertThat(WordEncoding.problem(List.of("a \uFFFD"), raw, "UTF-8")).isEmpty();
  }

  private static List<byte[]> raw(String word, Charset charset) {
    return List.of(word.getBytes(charset));
  }
}

package org.reckoning.trainer.data.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reckoning.trainer.files.TextLines;

class CsvRowsTest {
  @Test
  void row_ofSeveralLines_hasTheNumbersOfTheFirstAndTheLast() throws Exception {
    String text = "a\n\"b\nc\nd\",e\nf,\"open\ng\n";
    TextLines lines = TextLines.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    List<String> rows = new ArrayList<>();
    try (CsvRows csv = new CsvRows(lines)) {
      while (csv.next()) {
        rows.add(csv.number() + " to " + csv.last() + ": " + csv.text().replace('\n', '|'));
      }
    }
    assertThat(rows)
        .containsExactly("1 to 1: a", "2 to 4: \"b|c|d\",e", "5 to 5: f,\"open", "6 to 6: g");
  }
}

package org.reckoning.trainer.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordOutputTest {
  /** CRC-32C of these digits is the check value of its definition: E3069283. */
  @Test
  void checksum_ofTheCheckDigits_isTheirCrcMasked() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(RecordOutput.checksum(digits)).isEqualTo(0xc78ab0e5);
  }

  /** All event files begin so: the length 24 and its checksum. */
  @Test
  void write_of24Bytes_beginsAsEventFilesDo() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (RecordOutput records = new RecordOutput(bytes)) {
      records.write(new byte[24]);
    }
    assertThat(bytes.toByteArray())
        .hasSize(8 + 4 + 24 + 4)
        .startsWith(0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22);
  }
}

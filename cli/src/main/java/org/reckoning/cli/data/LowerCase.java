package org.reckoning.cli.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.formats.DataFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Options whose values are the constants of an enum, in any case, as in configurations. */
final class LowerCase {
  private LowerCase() {}

  /** Values of {@code --format}. */
  static final class Format implements ITypeConverter<DataFormat> {
    @Override
    public DataFormat convert(String value) {
      return constant(DataFormat.values(), value);
    }
  }

  /** Values of {@code --type}. */
  static final class Type implements ITypeConverter<DatasetType> {
    @Override
    public DatasetType convert(String value) {
      return constant(DatasetType.values(), value);
    }
  }

  private static <E extends Enum<E>> E constant(E[] constants, String value) {
    return Arrays.stream(constants)
        .filter(constant -> constant.name().equalsIgnoreCase(value))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'%s' must be one of %s"
                        .formatted(
                            value,
                            Arrays.stream(constants)
                                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")))));
  }
}

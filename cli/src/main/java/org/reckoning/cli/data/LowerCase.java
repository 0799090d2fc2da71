package org.reckoning.cli.data;

import java.util.Arrays;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.kinship.Wording;
import org.reckoning.trainer.data.theories.TheoryKind.Family;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import org.reckoning.trainer.text.EnumWord;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converters of option values to enum constants, in any case, as in configurations. */
final class LowerCase {
  private LowerCase() {}

  /** Converter of {@code --format}. */
  static final class Format implements ITypeConverter<DataFormat> {
    @Override
    public DataFormat convert(String value) {
      return constant(DataFormat.class, value);
    }
  }

  /** Converter of {@code --type}. */
  static final class Type implements ITypeConverter<DatasetType> {
    @Override
    public DatasetType convert(String value) {
      return constant(DatasetType.class, value);
    }
  }

  /** Converter of {@code --wording}. */
  static final class WordingWord implements ITypeConverter<Wording> {
    @Override
    public Wording convert(String value) {
      return constant(Wording.class, value);
    }
  }

  /** Converter of {@code --world}. */
  static final class WorldWord implements ITypeConverter<World> {
    @Override
    public World convert(String value) {
      return constant(World.class, value);
    }
  }

  /** Converter of {@code --families}. */
  static final class FamilyWord implements ITypeConverter<Family> {
    @Override
    public Family convert(String value) {
      return constant(Family.class, value);
    }
  }

  static <E extends Enum<E>> E constant(Class<E> type, String value) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equalsIgnoreCase(value))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'%s' must be one of %s"
                        .formatted(value, String.join(", ", EnumWord.all(type)))));
  }
}

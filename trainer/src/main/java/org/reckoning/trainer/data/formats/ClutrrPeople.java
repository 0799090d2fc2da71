package org.reckoning.trainer.data.formats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.TextLines;

/**
 * The names of the people in a CSV file of CLUTRR, in alphabetical order. Names that belong to men
 * and women are left out.
 *
 * @param men names of men
 * @param women names of women
 */
public record ClutrrPeople(SortedSet<String> men, SortedSet<String> women) {
  private static final String COLUMN = "genders";

  /** Copies the names. */
  public ClutrrPeople {
    men = new TreeSet<>(men);
    women = new TreeSet<>(women);
  }

  /**
   * Reads the column {@code genders}, such as {@code Ann:female,Bo:male}.
   *
   * @throws IOException if the file cannot be read, or has no such column or no names in it
   */
  public static ClutrrPeople read(Path file) throws IOException {
    ClutrrLines clutrr = new ClutrrLines();
    ClutrrPeople people = new ClutrrPeople(new TreeSet<>(), new TreeSet<>());
    try (CsvRows rows = new CsvRows(TextLines.open(file))) {
      try {
        while (rows.next()) {
          if (!rows.text().isBlank()) {
            people.add(clutrr.cell(rows.text(), COLUMN));
          }
        }
      } catch (BadLineException e) {
        throw new IOException("%s:%s: %s".formatted(file, rows.number(), e.getMessage()), e);
      } catch (IOException e) {
        throw FileProblem.cannotRead(file, e);
      }
    }
    Set<String> both = new TreeSet<>(people.men);
    both.retainAll(people.women);
    people.men.removeAll(both);
    people.women.removeAll(both);
    if (people.men.isEmpty() || people.women.isEmpty()) {
      throw new IOException(
          "'%s' must be a CSV file of CLUTRR with men and women in its column '%s'"
              .formatted(file, COLUMN));
    }
    return people;
  }

  private void add(String cell) throws BadLineException {
    for (String person : cell.isEmpty() ? new String[0] : cell.split(",", -1)) {
      int colon = person.lastIndexOf(':');
      String name = person.substring(0, Math.max(0, colon)).strip();
      switch (person.substring(colon + 1)) {
        case "male" -> men.add(name);
        case "female" -> women.add(name);
        default ->
            throw new BadLineException(
                "a person of %s (%s) must be a name, ':' and male or female"
                    .formatted(COLUMN, BadLineException.quote(person)));
      }
    }
  }
}

package org.reckoning.cli.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.text.NearestName;

/** The search path of configuration files; earlier directories take precedence. */
final class ConfigPath {
  private static final String ENDING = ".yaml";

  private final List<Place> places;

  /** A directory and its name in messages. */
  private record Place(Path directory, String shown) {}

  private ConfigPath(List<Place> places) {
    this.places = List.copyOf(places);
  }

  /**
   * Returns a path of the user's directory, if any, and the project's.
   *
   * @param users directory of the user; null without one
   * @param home parent directory of {@code configs}
   * @throws ConfigException if a directory is missing
   */
  static ConfigPath of(@Nullable Path users, Path home) {
    List<Place> places = new ArrayList<>();
    if (users != null) {
      if (!Files.isDirectory(users)) {
        throw new ConfigException(
            List.of(
                "--config-dir (%s) must be a directory of configuration files".formatted(users)));
      }
      places.add(new Place(users, users.toString()));
    }
    Path own = home.resolve("configs");
    if (!Files.isRegularFile(own.resolve("run" + ENDING))) {
      throw new ConfigException(
          List.of(
              "no configs/run.yaml in '%s'; start with ./reckoning, or set the system property"
                      .formatted(home.toAbsolutePath().normalize())
                  + " reckoning.home to the project's directory"));
    }
    places.add(new Place(own, "configs"));
    return new ConfigPath(places);
  }

  /** Returns whether a group exists. */
  boolean isGroup(String name) {
    return !name.isEmpty()
        && places.stream().anyMatch(place -> Files.isDirectory(place.directory.resolve(name)));
  }

  /** Returns the names of a group's files. */
  Set<String> options(String group) {
    Set<String> options = new TreeSet<>();
    for (Place place : places) {
      Path directory = place.directory.resolve(group);
      if (Files.isDirectory(directory)) {
        options.addAll(names(directory, ENDING));
      }
    }
    return options;
  }

  /** Returns the top-level groups. */
  Set<String> groups() {
    Set<String> groups = new TreeSet<>();
    for (Place place : places) {
      groups.addAll(names(place.directory, ""));
    }
    groups.removeIf(name -> !isGroup(name));
    return groups;
  }

  /** Returns whether a file exists. */
  boolean has(String path) {
    return places.stream().anyMatch(place -> isFile(file(place, path)));
  }

  /**
   * Reads a file.
   *
   * @param path path below the directory, without ending
   * @throws ConfigException if no such file exists, or it is invalid
   */
  ConfigFile read(String path) {
    for (Place place : places) {
      Path file = file(place, path);
      if (isFile(file)) {
        return ConfigFile.read(file, path, place.shown + "/" + path + ENDING);
      }
    }
    String group = ConfigFile.group(path);
    String option = path.substring(group.isEmpty() ? 0 : group.length() + 1);
    Set<String> options = options(group);
    throw new ConfigException(
        List.of(
            "%s (%s) must be one of %s%s"
                .formatted(
                    group.isEmpty() ? "configuration file" : group,
                    option,
                    String.join(", ", options),
                    NearestName.hint(option, options))));
  }

  /** Returns whether a path is a file or a pipe. */
  private static boolean isFile(Path path) {
    return Files.exists(path) && !Files.isDirectory(path);
  }

  private static Path file(Place place, String path) {
    return place.directory.resolve(path + ENDING);
  }

  private static List<String> names(Path directory, String ending) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(ending))
          .map(name -> name.substring(0, name.length() - ending.length()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

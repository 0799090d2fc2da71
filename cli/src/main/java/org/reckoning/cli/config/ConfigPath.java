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
import org.reckoning.graph.inspect.NearestName;
import org.reckoning.trainer.config.ConfigException;

/** The directories in which configuration files are looked up; what an earlier one has wins. */
final class ConfigPath {
  private static final String ENDING = ".yaml";

  private final List<Place> places;

  /** A directory and its name in messages. */
  private record Place(Path directory, String shown) {}

  private ConfigPath(List<Place> places) {
    this.places = List.copyOf(places);
  }

  /**
   * Looks in a directory of the user, then in the project's own.
   *
   * @param home directory that {@code configs} is in
   * @throws ConfigException if one is missing
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
              "there is no configs/run.yaml below %s; start with ./reckoning, or set the system"
                      .formatted(home.toAbsolutePath().normalize())
                  + " property reckoning.home to the project's directory"));
    }
    places.add(new Place(own, "configs"));
    return new ConfigPath(places);
  }

  /** Returns whether there is such a group. */
  boolean isGroup(String name) {
    return !name.isEmpty()
        && places.stream().anyMatch(place -> Files.isDirectory(place.directory.resolve(name)));
  }

  /** Returns the files of a group, by name. */
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

  /** Returns the groups at the top. */
  Set<String> groups() {
    Set<String> groups = new TreeSet<>();
    for (Place place : places) {
      groups.addAll(names(place.directory, ""));
    }
    groups.removeIf(name -> !isGroup(name));
    return groups;
  }

  /** Returns whether there is such a file. */
  boolean has(String path) {
    return places.stream().anyMatch(place -> isFile(file(place, path)));
  }

  /**
   * Reads a file.
   *
   * @param path below the directory, without ending
   * @throws ConfigException if there is none, or it cannot be used
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

  /** A pipe is one, too. */
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

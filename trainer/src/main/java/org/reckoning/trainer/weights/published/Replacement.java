package org.reckoning.trainer.weights.published;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.Links;

/**
 * The directories by which a new model takes the name of an old one. No system call that Java has
 * exchanges two directories, so there is a moment between two renames when neither has the name:
 *
 * <pre>{@code
 * model  .model.tmp                  the new one is written, and forced to the disk
 *        .model.tmp  .model.old.tmp  the moment: a process that finds this finishes it
 * model              .model.old.tmp  the old one is deleted
 * }</pre>
 *
 * @param target the name, absolute, behind all links
 * @param made the new model
 * @param old the old one, on its way out
 */
record Replacement(Path target, Path made, Path old) {
  static Replacement of(Path named) throws IOException {
    Path target =
        Files.exists(named) ? named.toRealPath() : Links.follow(named).toAbsolutePath().normalize();
    String name = "." + target.getFileName();
    return new Replacement(
        target, target.resolveSibling(name + ".tmp"), target.resolveSibling(name + ".old.tmp"));
  }

  Path parent() {
    return Objects.requireNonNull(target.getParent()); // it has a name
  }

  /** Gives the new model the name. */
  void replace() throws IOException {
    if (!Files.exists(target)) {
      DurableFiles.moveDirectory(made, target);
      return;
    }
    DurableFiles.forceTree(made);
    move(target, old);
    try {
      move(made, target);
    } catch (IOException e) {
      if (Files.exists(target)) {
        return; // another process found the moment and has finished it
      }
      move(old, target);
      throw e;
    }
    DurableFiles.forceDirectory(parent());
  }

  /**
   * Gives a model the name if neither has it.
   *
   * @return which one, "new" or "old"; empty if there was nothing to do
   */
  Optional<String> finish() throws IOException {
    if (Files.exists(target) || !Files.isDirectory(old)) {
      return Optional.empty();
    }
    boolean isMade = Files.isDirectory(made); // it was complete before the old one lost the name
    Path found = isMade ? made : old;
    try {
      move(found, target);
      DurableFiles.forceDirectory(parent());
      clear();
    } catch (IOException e) {
      throw new IOException(
          "'%s' was being replaced when a process was killed, and the model is in '%s'; rename that: %s"
              .formatted(target, found, FileProblem.reason(e)),
          e);
    }
    return Optional.of(isMade ? "new" : "old");
  }

  /** Deletes what is left beside the model; nothing if that is all there is of it. */
  void clear() throws IOException {
    if (Files.exists(target) || !Files.exists(old)) {
      delete(made);
      delete(old);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      DurableFiles.deleteTree(tree);
    }
  }
}

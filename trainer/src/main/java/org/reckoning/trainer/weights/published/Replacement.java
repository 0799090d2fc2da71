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
 * The three paths of a replacement of one model directory by another. Java cannot exchange two
 * directories in one step, so for a moment neither has the name:
 *
 * <pre>{@code
 * model  .model.tmp                  the new model is written and forced to the disk
 *        .model.tmp  .model.old.tmp  between two renames; the next process finishes it
 * model              .model.old.tmp  the old model is deleted
 * }</pre>
 *
 * @param target the name: an absolute path, links resolved
 * @param made the new model
 * @param old the old model, until it is deleted
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

  /** Renames the new model to the target. */
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
        return; // another process finished the replacement
      }
      move(old, target);
      throw e;
    }
    DurableFiles.forceDirectory(parent());
  }

  /**
   * Renames a model to the target if an interrupted replacement left no target.
   *
   * @return "new" or "old"; empty if no replacement was interrupted
   */
  Optional<String> finish() throws IOException {
    if (Files.exists(target) || !Files.isDirectory(old)) {
      return Optional.empty();
    }
    boolean isMade = Files.isDirectory(made); // complete before the old model was renamed
    Path found = isMade ? made : old;
    try {
      move(found, target);
      DurableFiles.forceDirectory(parent());
      clear();
    } catch (IOException e) {
      throw new IOException(
          "the replacement of '%s' was interrupted and its model is in '%s'; rename that directory: %s"
              .formatted(target, found, FileProblem.reason(e)),
          e);
    }
    return Optional.of(isMade ? "new" : "old");
  }

  /** Deletes temporary directories, unless they hold the only copy of the model. */
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

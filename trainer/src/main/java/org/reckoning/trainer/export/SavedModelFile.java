package org.reckoning.trainer.export;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.reckoning.trainer.files.DurableFiles;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * Sorts the file {@code saved_model.pb}. TensorFlow keeps attributes, signatures and functions in
 * hash tables, whose order differs from process to process.
 */
final class SavedModelFile {
  /** The name in the directory of a version. */
  static final String NAME = "saved_model.pb";

  private SavedModelFile() {}

  /**
   * Rewrites the file with maps sorted by key and functions by name: equal models become equal
   * files.
   */
  static void sort(Path version) throws IOException {
    Path file = version.resolve(NAME);
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    model.getMetaGraphsBuilderList().forEach(SavedModelFile::sortFunctions);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization(); // maps by key
    model.build().writeTo(out);
    out.flush();
    DurableFiles.write(file, bytes.toByteArray());
  }

  private static void sortFunctions(MetaGraphDef.Builder graph) {
    FunctionDefLibrary.Builder library = graph.getGraphDefBuilder().getLibraryBuilder();
    List<FunctionDef> functions =
        library.getFunctionList().stream()
            .sorted(Comparator.comparing(function -> function.getSignature().getName()))
            .toList();
    library.clearFunction().addAllFunction(functions);
  }
}

/** Bodies in `application/vnd.kubernetes.protobuf`: what kubectl's typed clients send. */
import type { JsonObject } from "../../json.js";
import { definitionOf } from "./definitions.js";
import { openEnvelope, type TypeMeta } from "./envelope.js";
import { readMessage } from "./messages.js";
import { WireError } from "./wire.js";

/** A body that can't be read. The message is the real server's, as far as it would say one. */
export class ProtobufError extends Error {
  override readonly name = "ProtobufError";
  constructor(
    message: string,
    /** What the body is of, where that could be read. */
    readonly type: TypeMeta | undefined,
  ) {
    super(message);
  }
}

/**
 * Reads a body to the object that would have been sent as JSON: without the zero values that JSON leaves out. Fields
 * that JSON always has may be missing. What a body does not say of its type is what is `expected`.
 * @throws ProtobufError
 */
export function readProtobuf(bytes: Uint8Array, expected: TypeMeta): TypeMeta & { value: JsonObject } {
  let type: TypeMeta | undefined;
  try {
    const envelope = openEnvelope(bytes);
    type = completed(envelope.type, expected);
    const { apiVersion, kind } = type;
    const definition = definitionOf(apiVersion, kind);
    if (definition === undefined)
      throw new WireError(
        `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`,
      );
    const object = readMessage(definition, envelope.raw);
    return { apiVersion, kind, value: { apiVersion, kind, ...object } };
  } catch (error) {
    if (error instanceof WireError) throw new ProtobufError(error.message, type);
    throw error;
  }
}

/** A version that is none counts as not said. */
function completed({ apiVersion, kind }: TypeMeta, expected: TypeMeta): TypeMeta {
  const isVersion = /^([^/]*\/)?[^/]+$/.test(apiVersion);
  return {
    apiVersion: isVersion ? apiVersion : expected.apiVersion,
    kind: kind === "" ? expected.kind : kind,
  };
}

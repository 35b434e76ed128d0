/** Request bodies in protobuf to objects. */
export { ProtobufError, readProtobuf } from "./read.js";

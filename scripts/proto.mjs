// Generates the TypeScript of the wire messages from the .proto file, all in JavaScript: protobufjs
// parses it, protoc-gen-es writes the code. With --check it only says whether the file is current.
// (protoc and buf would do as well, but bring binaries of 20 MB and more.)
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import protobufjs from "protobufjs";
import descriptor from "protobufjs/ext/descriptor/index.js";

const folder = "src/discovery/rpc";
const source = "lp_rpc.proto";

function parse() {
  const root = new protobufjs.Root();
  protobufjs.parse(readFileSync(`${folder}/${source}`, "utf8"), root, { keepCase: true });
  root.resolveAll();
  const bytes = descriptor.FileDescriptorSet.encode(root.toDescriptor("proto3")).finish();
  const [file] = fromBinary(FileDescriptorSetSchema, bytes).file;
  file.name = source;
  const names = new Set(file.messageType.flatMap((message) => fullNames(message, file.package)));
  for (const message of file.messageType) qualify(message, file.package, names);
  return file;
}

function fullNames(message, scope) {
  const own = `${scope}.${message.name}`;
  const enums = message.enumType.map(({ name }) => `${own}.${name}`);
  return [own, ...enums, ...message.nestedType.flatMap((nested) => fullNames(nested, own))];
}

// protobufjs leaves types of fields as they are written and calls map entries as their field is
// called; descriptors have full names, and entries end in "Entry".
function qualify(message, scope, names) {
  const own = `${scope}.${message.name}`;
  for (const field of message.field) {
    if (field.typeName !== "") field.typeName = resolve(field.typeName, own, names);
  }
  for (const nested of message.nestedType) qualify(nested, own, names);
  for (const entry of message.nestedType.filter(({ options }) => options?.mapEntry)) {
    const field = message.field.find(({ typeName }) => typeName === `.${own}.${entry.name}`);
    entry.name = `${entry.name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())}Entry`;
    field.typeName = `.${own}.${entry.name}`;
  }
}

function resolve(name, scope, names) {
  for (let inner = scope; inner !== ""; inner = inner.replace(/\.?[^.]*$/, "")) {
    if (names.has(`${inner}.${name}`)) return `.${inner}.${name}`;
  }
  throw new Error(`the type ${name} is not defined`);
}

function generate() {
  const file = parse();
  const request = create(CodeGeneratorRequestSchema, {
    fileToGenerate: [source],
    parameter: "target=ts,import_extension=js,erasable_syntax=true",
    protoFile: [file],
    sourceFileDescriptors: [file],
  });
  const input = toBinary(CodeGeneratorRequestSchema, request);
  const plugin = "node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es";
  const output = execFileSync(process.execPath, [plugin], { input });
  const response = fromBinary(CodeGeneratorResponseSchema, output);
  if (response.error !== "") throw new Error(response.error);
  return response.file;
}

let stale = false;
mkdirSync(`${folder}/generated`, { recursive: true });
for (const { name, content } of generate()) {
  const path = `${folder}/generated/${name}`;
  if (!process.argv.includes("--check")) writeFileSync(path, content);
  else stale ||= readFileSync(path, "utf8") !== content;
}
if (stale) {
  console.error("The generated messages are not those of the .proto file: run `npm run proto`.");
  process.exit(1);
}

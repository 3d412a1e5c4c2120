/**
 * Counts the fields of a message on the wire, before an object is made of any of them. Two bytes can
 * ask for an object: a message of 4 MiB held two million of them, for which the process stood still.
 */
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { RemoteError } from "../../core/errors.js";

/** For each entry that a list may have, an answer may have so many fields of any kind … */
const FIELDS_PER_ENTRY = 64;
/** … and these besides. */
const FIELDS = 1_024;
/** A number of a packed list takes at most so many bytes. */
const VARINT_BYTES = 10;
/** Of these the first ones are taken, however many there are (D-16). */
const CUT = "nodes";

/**
 * Refuses a message with more entries in a list or map, or more fields in all, than an honest one
 * has. What is no message at all is left to whoever reads it.
 *
 * @param bytes the message
 * @param schema what it is
 * @param maxEntries of a list or map
 * @throws RemoteError (`ANSWER_TOO_LARGE`)
 */
export function assertFewFields(bytes: Uint8Array, schema: DescMessage, maxEntries: number): void {
  try {
    new FieldCount(bytes, maxEntries).walk(schema, bytes.length);
  } catch (error) {
    if (error instanceof RemoteError) throw error;
  }
}

class FieldCount {
  readonly #reader: BinaryReader;
  readonly #maxEntries: number;
  #left: number;

  constructor(bytes: Uint8Array, maxEntries: number) {
    this.#reader = new BinaryReader(bytes);
    this.#maxEntries = maxEntries;
    this.#left = FIELDS + FIELDS_PER_ENTRY * maxEntries;
  }

  /** Up to `end`. As deep as the schema, which does not hold itself. */
  walk(schema: DescMessage, end: number): void {
    const reader = this.#reader;
    const fields = fieldsOf(schema);
    const entries = new Map<DescField, number>();
    while (reader.pos < end) {
      const [number, wireType] = reader.tag();
      const field = fields.get(number);
      if (field?.name === CUT) {
        reader.skip(wireType, number);
        continue;
      }
      if (this.#left-- <= 0) tooMany("too many fields");
      if (field === undefined || wireType !== WireType.LengthDelimited) {
        reader.skip(wireType, number);
        continue;
      }
      if (field.fieldKind === "list" || field.fieldKind === "map") {
        const count = (entries.get(field) ?? 0) + 1;
        if (count > this.#maxEntries) this.#refuse(field);
        entries.set(field, count);
      }
      const length = reader.uint32();
      const after = reader.pos + length;
      if (field.fieldKind === "map") this.#mapEntry(field.message, after);
      else if (field.message !== undefined) this.walk(field.message, after);
      else if (field.fieldKind === "list" && length > VARINT_BYTES * this.#maxEntries) {
        this.#refuse(field);
      }
      reader.pos = after;
    }
  }

  #refuse({ name }: DescField): never {
    tooMany(`more than ${this.#maxEntries} entries of ${name}`);
  }

  /** A key, and a value that may be a message. */
  #mapEntry(value: DescMessage | undefined, end: number): void {
    const reader = this.#reader;
    while (value !== undefined && reader.pos < end) {
      const [number, wireType] = reader.tag();
      if (this.#left-- <= 0) tooMany("too many fields");
      if (number === 2 && wireType === WireType.LengthDelimited) {
        this.walk(value, reader.uint32() + reader.pos);
      } else {
        reader.skip(wireType, number);
      }
    }
  }
}

const known = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>();

function fieldsOf(schema: DescMessage): ReadonlyMap<number, DescField> {
  const fields =
    known.get(schema) ?? new Map(schema.fields.map((field) => [field.number, field] as const));
  known.set(schema, fields);
  return fields;
}

function tooMany(what: string): never {
  throw new RemoteError(`the answer has ${what}`, { code: "ANSWER_TOO_LARGE" });
}

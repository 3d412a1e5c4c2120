/** The OpenAPI document, made from the schemas that requests are checked with. */
import { z } from "zod";
import { errorAnswer } from "./answers.js";
import { PAGE_READS } from "./page/routes.js";
import { READS, WRITES } from "./routes.js";
import { HEADERS } from "./signature.js";
import { TRANSFER, transferQuery } from "./transfer.js";

type Json = Readonly<Record<string, unknown>>;

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}

function answer(description: string, schema: z.ZodType): Json {
  return {
    description,
    content: { "application/json": { schema: schemaOf(schema, "output") } },
  };
}

const REFUSALS: Readonly<Record<string, string>> = {
  "400": "The request is malformed; `path` says where.",
  "401":
    "A write: not signed, or not rightly, or not freshly, or sent before. A read: without the token that it needs.",
  "409": "That id was sent before with other content.",
  "411": "The body's length is not told beforehand.",
  "413": "The body is too large.",
  "415": "The body is not JSON.",
  "429": "Too many requests; see Retry-After.",
  "500": "The server failed.",
  "503": "The server is too busy or stopping; see Retry-After.",
};

function refusals(...statuses: readonly string[]): Json {
  const reference = { $ref: "#/components/schemas/Error" };
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: REFUSALS[status] ?? "",
        content: { "application/json": { schema: reference } },
      },
    ]),
  );
}

const SIGNATURE_HEADERS: readonly (readonly [string, string])[] = [
  [HEADERS.key, "Id of the key."],
  [HEADERS.timestamp, "Unix time in ms."],
  [HEADERS.nonce, "16 to 64 characters of A-Z a-z 0-9 - _, never used before."],
  [
    HEADERS.signature,
    "HMAC-SHA256, lowercase hex, over METHOD \\n path with query \\n timestamp \\n nonce \\n body.",
  ],
];

const SIGNATURE_PARAMETERS = SIGNATURE_HEADERS.map(([name, description]) => ({
  name,
  in: "header",
  required: true,
  description,
  schema: { type: "string" },
}));

function writePath({ summary, body, answer: schema }: (typeof WRITES)[keyof typeof WRITES]): Json {
  const decision = answer("Done; signed by the server in the same header.", schema);
  return {
    post: {
      summary,
      parameters: SIGNATURE_PARAMETERS,
      requestBody: {
        required: true,
        content: { "application/json": { schema: schemaOf(body, "input") } },
      },
      responses: {
        "200": decision,
        "201": decision,
        "202": decision,
        ...refusals(...Object.keys(REFUSALS)),
      },
    },
  };
}

interface ReadRoute {
  readonly summary: string;
  readonly query: z.ZodType;
  readonly answer: z.ZodType;
}

function readPath({ summary, query, answer: schema }: ReadRoute): Json {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input" });
  const parameters = Object.entries(properties).map(([name, property]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema: property,
  }));
  return {
    get: {
      summary,
      ...(parameters.length === 0 ? {} : { parameters }),
      responses: {
        "200": answer("The newest that is known, or up to some seconds older.", schema),
        ...refusals("400", "401", "429", "500"),
      },
    },
  };
}

/** Bytes there and back, signed as a write is. */
function transferPath(): Json {
  const bytes = { "application/octet-stream": { schema: {} } };
  const { properties = {} } = z.toJSONSchema(transferQuery, { io: "input" });
  return {
    post: {
      summary: "Takes any bytes and answers with as many as are wanted: how fast the way is.",
      parameters: [
        ...SIGNATURE_PARAMETERS,
        { name: "bytes", in: "query", required: true, schema: properties["bytes"] ?? {} },
      ],
      requestBody: { required: true, content: bytes },
      responses: {
        "200": { description: "The bytes, signed as other answers are.", content: bytes },
        ...refusals("400", "401", "411", "413", "429", "500", "503"),
      },
    },
  };
}

function plainPath(summary: string, type: string, ...statuses: readonly string[]): Json {
  const content = { [type]: { schema: {} } };
  return {
    get: {
      summary,
      responses: { "200": { description: "OK", content }, ...refusals(...statuses) },
    },
  };
}

/** The document, OpenAPI 3.1. */
export function openApiDocument(version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Json> = {};
  for (const [path, route] of Object.entries(WRITES)) paths[path] = writePath(route);
  paths[TRANSFER] = transferPath();
  const reads: Readonly<Record<string, ReadRoute>> = { ...READS, ...PAGE_READS };
  for (const [path, route] of Object.entries(reads)) paths[path] = readPath(route);
  const json = "application/json";
  paths["/livez"] = plainPath("That the process answers.", json);
  paths["/readyz"] = plainPath(
    "Whether the server serves, and its books can be read.",
    json,
    "503",
  );
  paths["/healthz"] = plainPath("The same as /readyz.", json, "503");
  paths["/metrics"] = plainPath("Prometheus metrics.", "text/plain", "429");
  paths["/openapi.json"] = plainPath("This document.", json, "429");
  return {
    openapi: "3.1.0",
    info: {
      title: "Pool API",
      version,
      description:
        "Jobs, winning tickets and benchmarks in, jobs, rewards and workers out. Writes are signed; reads are open. See docs/pool-api.md.",
    },
    paths,
    components: { schemas: { Error: schemaOf(errorAnswer, "output") } },
  };
}

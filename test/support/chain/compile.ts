/**
 * Compiles Solidity with solc, which is JavaScript and comes from the registry. Starting it takes seconds: what it
 * made of an input is kept beside it, for all processes.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** A compiled contract. */
export interface Compiled {
  readonly abi: readonly unknown[];
  /** Init code, hex with `0x`. */
  readonly bytecode: string;
  /** Code as it is deployed, hex with `0x`. */
  readonly deployed: string;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Record<
    string,
    Record<
      string,
      {
        readonly abi: readonly unknown[];
        readonly evm: {
          readonly bytecode: { readonly object: string };
          readonly deployedBytecode: { readonly object: string };
        };
      }
    >
  >;
}

/** All contracts of a file, by name. */
export function compile(file: URL): Record<string, Compiled> {
  const input = {
    language: "Solidity",
    sources: { file: { content: readFileSync(file, "utf8") } },
    settings: {
      evmVersion: "paris",
      optimizer: { enabled: true, runs: 1 },
      metadata: { appendCBOR: false },
      outputSelection: {
        "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] },
      },
    },
  };
  const output: Output = JSON.parse(madeOf(JSON.stringify(input)));
  const errors = output.errors?.filter(({ severity }) => severity === "error") ?? [];
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join("\n"));
  return Object.fromEntries(
    Object.entries(output.contracts["file"] ?? {}).map(([name, { abi, evm }]) => [
      name,
      {
        abi,
        bytecode: `0x${evm.bytecode.object}`,
        deployed: `0x${evm.deployedBytecode.object}`,
      },
    ]),
  );
}

const CACHE = new URL("../../../node_modules/.cache/poolsim-solc/", import.meta.url);

/** What solc makes of an input. */
function madeOf(input: string): string {
  const require = createRequire(import.meta.url);
  const { version } = require("solc/package.json");
  const key = createHash("sha256").update(`${version} ${input}`).digest("hex");
  const path = fileURLToPath(new URL(`${key}.json`, CACHE));
  if (existsSync(path)) return readFileSync(path, "utf8");
  const solc: { compile(input: string): string } = require("solc");
  const output = solc.compile(input);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, output);
  // Whole or not at all: others may read it.
  renameSync(`${path}.${process.pid}`, path);
  return output;
}

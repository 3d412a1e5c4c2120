/**
 * Reads src for the codes that errors are thrown with, and which entry point's modules throw which.
 * A code is a literal where an error is made (`{ code: "DIAL_FAILED" }`), or an argument of a function
 * that makes one (`failure("SUBGRAPH_HTTP", …)`). Errors that pass on another error's code add none.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** The public faces by their import names, and the command line. */
export const ENTRY_POINTS: Readonly<Record<string, string>> = {
  "poolsim/discovery": "src/discovery/index.ts",
  "poolsim/discovery/subgraph": "src/discovery/sources/subgraph/index.ts",
  "poolsim/selection": "src/selection/index.ts",
  "poolsim/pool": "src/pool/index.ts",
  "poolsim/pool/books": "src/pool/books/index.ts",
  "poolsim/pool/payouts": "src/pool/payouts/index.ts",
  "poolsim/pool/api": "src/pool/api/index.ts",
  "poolsim/sim": "src/sim/index.ts",
  "poolsim/testing": "src/testing/index.ts",
  "command line": "src/cli/main.ts",
};

/** Somewhere in src where an error is made. */
export interface ThrowSite {
  readonly code: string;
  readonly className: "InputError" | "RemoteError" | "InvariantError";
  readonly file: string;
}

const CLASS = /^(?:InputError|RemoteError)$/;
const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

type ClassName = ThrowSite["className"];

/** A function that makes an error of the code that it is given. */
interface Maker {
  readonly className: ClassName;
  readonly argument: number;
}

/** The sources of a folder by path, generated ones left out. */
export function parsedSources(folder = "src"): ReadonlyMap<string, ts.SourceFile> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.includes("generated"))
    .map((name) => join(folder, name))
    .sort();
  return new Map(
    files.map((file) => [
      file,
      ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true),
    ]),
  );
}

/** Calls `visit` for a node and all within it. */
function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** The value of `code` where an error is made, or null. */
function codeExpression(made: ts.NewExpression): ts.Expression | null {
  const options = made.arguments?.at(-1);
  if (options === undefined || !ts.isObjectLiteralExpression(options)) return null;
  for (const property of options.properties) {
    if (property.name?.getText() !== "code") continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return null;
}

/** The texts that an expression can be: literals, either side of a condition, constants. */
function literalsOf(expression: ts.Expression): string[] {
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isConditionalExpression(expression)) {
    return [...literalsOf(expression.whenTrue), ...literalsOf(expression.whenFalse)];
  }
  if (!ts.isIdentifier(expression)) return [];
  const found: string[] = [];
  walk(expression.getSourceFile(), (node) => {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== expression.text) return;
    if (node.initializer !== undefined && !ts.isIdentifier(node.initializer)) {
      found.push(...literalsOf(node.initializer));
    }
  });
  return found;
}

/** The function around a node, and which of its parameters is called `name`. */
function makerAround(node: ts.Node, name: string): { name: string; argument: number } | null {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (!ts.isFunctionDeclaration(at) || at.name === undefined) continue;
    const argument = at.parameters.findIndex((parameter) => parameter.name.getText() === name);
    return argument === -1 ? null : { name: at.name.text, argument };
  }
  return null;
}

/** Every place in the sources where an error gets its code. */
export function throwSites(sources: ReadonlyMap<string, ts.SourceFile>): ThrowSite[] {
  const sites: ThrowSite[] = [];
  const makers = new Map<string, Maker>();
  for (const [file, source] of sources) {
    walk(source, (node) => {
      if (ts.isNewExpression(node) && CLASS.test(node.expression.getText())) {
        const className = node.expression.getText() as ClassName;
        const expression = codeExpression(node);
        if (expression === null) return;
        for (const code of literalsOf(expression)) sites.push({ code, className, file });
        const maker = ts.isIdentifier(expression) ? makerAround(node, expression.text) : null;
        if (maker !== null) makers.set(maker.name, { className, argument: maker.argument });
      }
      if (ts.isClassDeclaration(node)) sites.push(...codesOfSubclass(node, file));
    });
  }
  for (const [file, source] of sources) {
    walk(source, (node) => {
      if (!ts.isCallExpression(node)) return;
      const maker = makers.get(node.expression.getText());
      const argument = maker === undefined ? undefined : node.arguments[maker.argument];
      if (maker === undefined || argument === undefined) return;
      for (const code of literalsOf(argument)) {
        sites.push({ code, className: maker.className, file });
      }
    });
  }
  return sites.filter(({ code }) => CODE.test(code));
}

/** `class ScenarioError extends InputError` with `super(message, { code: "…" })`. */
function codesOfSubclass(declaration: ts.ClassDeclaration, file: string): ThrowSite[] {
  const parent = declaration.heritageClauses?.[0]?.types[0]?.expression.getText() ?? "";
  const isBase = parent === "PoolsimError" && declaration.name?.text === "InvariantError";
  if (!CLASS.test(parent) && !isBase) return [];
  const className = (isBase ? "InvariantError" : parent) as ClassName;
  const sites: ThrowSite[] = [];
  walk(declaration, (node) => {
    if (!ts.isPropertyAssignment(node) || node.name.getText() !== "code") return;
    for (const code of literalsOf(node.initializer)) sites.push({ code, className, file });
  });
  return sites;
}

/** Whether an import or export is gone at run time. */
function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

const loaded = new WeakMap<ts.SourceFile, readonly string[]>();

/** {@link findLoaded}, looked for once for each file. */
function loadedBy(source: ts.SourceFile): readonly string[] {
  const known = loaded.get(source);
  if (known !== undefined) return known;
  const files = findLoaded(source);
  loaded.set(source, files);
  return files;
}

/** The files that a file loads: imports, those made later, and files that are run in threads. */
function findLoaded(source: ts.SourceFile): string[] {
  const names: string[] = [];
  walk(source, (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && !isTypeOnly(node)) {
      const from = node.moduleSpecifier;
      if (from !== undefined && ts.isStringLiteral(from)) names.push(from.text);
    }
    const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
    if (!isCall) return;
    const what = node.expression;
    const [first] = node.arguments ?? [];
    if (first === undefined || !ts.isStringLiteralLike(first)) return;
    if (what.kind === ts.SyntaxKind.ImportKeyword || what.getText() === "URL")
      names.push(first.text);
  });
  return names
    .filter((name) => name.startsWith("."))
    .map((name) => normalize(join(dirname(source.fileName), name.replace(/\.js$/, ".ts"))));
}

/** All files that an entry point loads, itself included. */
export function filesOf(entry: string, sources: ReadonlyMap<string, ts.SourceFile>): Set<string> {
  const reached = new Set<string>();
  const next = [entry];
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    const source = sources.get(file);
    if (source === undefined || reached.has(file)) continue;
    reached.add(file);
    next.push(...loadedBy(source));
  }
  return reached;
}

/** The codes that an entry point's modules throw, in order. */
export function codesOf(
  entry: string,
  sites: readonly ThrowSite[],
  sources: ReadonlyMap<string, ts.SourceFile>,
): string[] {
  const files = filesOf(entry, sources);
  return [...new Set(sites.flatMap(({ code, file }) => (files.has(file) ? [code] : [])))].sort();
}

/**
 * Whoever uses a face can name what its functions take and give: each type of poolsim's in an exported
 * signature is exported by some face. The built declarations are parsed, and no types computed.
 */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A name in a file. */
interface Place {
  readonly file: string;
  readonly name: string;
}

/** What a file of declarations has. */
interface Module {
  /** Statements by the name that they declare: overloads of one function are several. */
  readonly declared: Map<string, ts.Node[]>;
  /** Where the names come from that it imports, or exports from elsewhere. */
  readonly from: Map<string, Place>;
  /** Names that it exports, by what they are called inside. */
  readonly exported: Map<string, string>;
  /** Files all of whose names it exports. */
  readonly all: string[];
}

const modules = new Map<string, Module>();

/** The declarations that a specifier means; null: they are not poolsim's. */
function target(from: string, specifier: ts.Node | undefined): string | null {
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return null;
  if (!specifier.text.startsWith(".")) return null;
  return join(dirname(from), specifier.text.replace(/\.js$/, ".d.ts"));
}

function read(file: string): Module {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const module: Module = { declared: new Map(), from: new Map(), exported: new Map(), all: [] };
  modules.set(file, module);
  const text = readFileSync(file, "utf8");
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.Latest).statements) {
    if (ts.isImportDeclaration(statement)) {
      const source = target(file, statement.moduleSpecifier);
      const bindings = statement.importClause?.namedBindings;
      if (source === null || bindings === undefined || !ts.isNamedImports(bindings)) continue;
      for (const { name, propertyName } of bindings.elements) {
        module.from.set(name.text, { file: source, name: (propertyName ?? name).text });
      }
    } else if (ts.isExportDeclaration(statement)) {
      const source = target(file, statement.moduleSpecifier);
      if (statement.exportClause === undefined) {
        if (source !== null) module.all.push(source);
      } else if (ts.isNamedExports(statement.exportClause)) {
        for (const { name, propertyName } of statement.exportClause.elements) {
          const inside = (propertyName ?? name).text;
          if (source !== null)
            module.from.set(`${name.text} of ${source}`, { file: source, name: inside });
          module.exported.set(name.text, source === null ? inside : `${name.text} of ${source}`);
        }
      }
    } else {
      for (const [name, node] of declarations(statement)) {
        module.declared.set(name, [...(module.declared.get(name) ?? []), node]);
        const isExported =
          ts.canHaveModifiers(statement) &&
          statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
        if (isExported === true) module.exported.set(name, name);
      }
    }
  }
  return module;
}

function* declarations(statement: ts.Statement): Generator<[string, ts.Node]> {
  if (ts.isVariableStatement(statement)) {
    for (const one of statement.declarationList.declarations) {
      if (ts.isIdentifier(one.name)) yield [one.name.text, one];
    }
  } else if (
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isFunctionDeclaration(statement)
  ) {
    if (statement.name !== undefined) yield [statement.name.text, statement];
  }
}

/** Where a name that a file uses is declared; null: it is a type parameter, or not poolsim's. */
function declaredAt(file: string, name: string): Place | null {
  const { declared, from } = read(file);
  if (declared.has(name)) return { file, name };
  const place = from.get(name);
  return place === undefined ? null : exportedBy(place.file, place.name);
}

function exportedBy(file: string, name: string): Place | null {
  const { exported, all } = read(file);
  const inside = exported.get(name);
  if (inside !== undefined) return declaredAt(file, inside);
  for (const other of all) {
    const place = exportedBy(other, name);
    if (place !== null) return place;
  }
  return null;
}

function namesOf(file: string): string[] {
  const { exported, all } = read(file);
  return [...exported.keys(), ...all.flatMap(namesOf)];
}

/** The types that declarations name. */
function* named(file: string, node: ts.Node): Generator<Place> {
  let place: Place | null = null;
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
    place = declaredAt(file, node.typeName.text);
  } else if (ts.isExpressionWithTypeArguments(node) && ts.isIdentifier(node.expression)) {
    place = declaredAt(file, node.expression.text);
  } else if (ts.isImportTypeNode(node) && node.qualifier !== undefined) {
    const { argument, qualifier } = node;
    const source = ts.isLiteralTypeNode(argument) ? target(file, argument.literal) : null;
    if (source !== null && ts.isIdentifier(qualifier)) place = exportedBy(source, qualifier.text);
  }
  if (place !== null) yield place;
  // What a value has the type of is spelled out wherever it is shown.
  if (ts.isTypeQueryNode(node)) return;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) yield* named(file, child);
}

it("what a face's functions take and give can be named by whoever uses it", () => {
  const manifest: { exports: Record<string, { types?: string }> } = JSON.parse(
    readFileSync(`${root}package.json`, "utf8"),
  );
  const key = ({ file, name }: Place) => `${name} (${relative(root, file)})`;
  const faces = new Map<string, Place>();
  for (const { types } of Object.values(manifest.exports)) {
    if (types === undefined) continue;
    for (const name of namesOf(join(root, types))) {
      const place = exportedBy(join(root, types), name);
      if (place !== null) faces.set(key(place), place);
    }
  }
  expect(faces.size).toBeGreaterThan(700);
  const nameless = new Set<string>();
  const sameAs = new Set<string>();
  for (const { file, name } of faces.values()) {
    for (const node of read(file).declared.get(name) ?? []) {
      for (const place of named(file, node)) {
        // Another name for a type is a name for it.
        if (
          ts.isTypeAliasDeclaration(node) &&
          ts.isTypeReferenceNode(node.type) &&
          node.type.typeArguments === undefined
        )
          sameAs.add(key(place));
        if (!faces.has(key(place))) nameless.add(`${key(place)} in ${name}`);
      }
    }
  }
  expect([...nameless].filter((text) => !sameAs.has(text.replace(/ in \w+$/, "")))).toEqual([]);
});

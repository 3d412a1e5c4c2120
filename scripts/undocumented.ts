/**
 * Which names of the public faces have no docstring: exported names, and the members of exported
 * interfaces, classes, object types and constant tables, inherited ones included. A member that an
 * ancestor documents counts as documented; tags alone, such as `@default`, do not.
 */
import { relative } from "node:path";
import ts from "typescript";

/** What was looked at, and what lacks a docstring. */
export interface Documentation {
  readonly names: number;
  readonly members: number;
  /** `src/…:line name` or `src/…:line Type.member`. */
  readonly undocumented: readonly string[];
}

function programOf(entries: readonly string[]): ts.Program {
  const read = ts.readConfigFile("tsconfig.build.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, process.cwd());
  return ts.createProgram([...entries], { ...options, noEmit: true });
}

function isOurs(node: ts.Node): boolean {
  const { fileName } = node.getSourceFile();
  return !fileName.includes("/node_modules/") && !fileName.includes("/generated/");
}

function placeOf(node: ts.Node, name: string): string {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${relative(process.cwd(), source.fileName)}:${line + 1} ${name}`;
}

function isPrivate(node: ts.Node): boolean {
  if (ts.canHaveModifiers(node)) {
    const kinds = ts.getModifiers(node)?.map(({ kind }) => kind) ?? [];
    if (kinds.includes(ts.SyntaxKind.PrivateKeyword)) return true;
  }
  const { name } = node as { readonly name?: ts.Node };
  return name !== undefined && (ts.isPrivateIdentifier(name) || ts.isComputedPropertyName(name));
}

/** The literal types that a type consists of, and the tables that a constant is. */
function shapesOf(node: ts.Node | undefined): (ts.TypeLiteralNode | ts.ObjectLiteralExpression)[] {
  if (node === undefined) return [];
  if (ts.isTypeLiteralNode(node) || ts.isObjectLiteralExpression(node)) return [node];
  if (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node)) {
    return node.types.flatMap((type) => shapesOf(type));
  }
  if (ts.isParenthesizedTypeNode(node)) return shapesOf(node.type);
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return shapesOf(node.expression);
  return [];
}

/** Its own members, and those of the parents that it extends: no face need show these. */
function membersOf(declaration: ts.Declaration, checker: ts.TypeChecker): ts.Declaration[] {
  if (ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration)) {
    const parents = (declaration.heritageClauses ?? [])
      .filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
      .flatMap(({ types }) => types)
      .flatMap((type) => checker.getTypeAtLocation(type).symbol?.declarations ?? [])
      .filter(isOurs);
    const inherited = parents.flatMap((parent) => membersOf(parent, checker));
    return [...declaration.members, ...inherited];
  }
  const shape = ts.isTypeAliasDeclaration(declaration)
    ? declaration.type
    : ts.isVariableDeclaration(declaration)
      ? declaration.initializer
      : undefined;
  return shapesOf(shape).flatMap((one): ts.Declaration[] =>
    ts.isTypeLiteralNode(one) ? [...one.members] : [...one.properties],
  );
}

function isMember(node: ts.Declaration): boolean {
  return (
    !isPrivate(node) &&
    !ts.isConstructorDeclaration(node) &&
    !ts.isClassStaticBlockDeclaration(node) &&
    !ts.isSpreadAssignment(node) &&
    !ts.isIndexSignatureDeclaration(node)
  );
}

/** Whether a tag says what it is that a discriminated union's member is told by: `kind: "x"`. */
function isDiscriminant(node: ts.Declaration): boolean {
  return ts.isPropertySignature(node) && node.type !== undefined && ts.isLiteralTypeNode(node.type);
}

/**
 * Looks at the faces.
 *
 * @param entries paths of their modules
 * @returns how much was looked at, and every name that lacks a docstring, in order
 */
export function documentationOf(entries: readonly string[]): Documentation {
  const program = programOf(entries);
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Symbol>();
  const undocumented = new Set<string>();
  let names = 0;
  let members = 0;
  const isDocumented = (symbol: ts.Symbol) =>
    ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() !== "";

  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const face = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (face === undefined) throw new Error(`${entry}: expected a module`);
    for (const exported of checker.getExportsOfModule(face)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      if (seen.has(symbol)) continue;
      seen.add(symbol);
      const [first] = symbol.declarations ?? [];
      if (first === undefined || !isOurs(first)) continue;
      names += 1;
      if (!isDocumented(symbol)) undocumented.add(placeOf(first, symbol.name));
      for (const declaration of symbol.declarations ?? []) {
        for (const member of membersOf(declaration, checker)) {
          if (!isMember(member) || isDiscriminant(member)) continue;
          const { name } = member as { readonly name?: ts.PropertyName };
          const of = name === undefined ? undefined : checker.getSymbolAtLocation(name);
          if (name === undefined || of === undefined) continue;
          members += 1;
          if (!isDocumented(of)) {
            undocumented.add(placeOf(member, `${symbol.name}.${name.getText()}`));
          }
        }
      }
    }
  }
  return { names, members, undocumented: [...undocumented].sort() };
}

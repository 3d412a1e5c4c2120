// The floors of the house: each folder may import only from folders below it.
const floors = ["core", "discovery", "selection", "pool", "sim", "cli"];
module.exports = {
  forbidden: [
    ...floors.map((floor, level) => ({
      name: `floor-${floor}`,
      comment: `src/${floor} imports only from floors below it`,
      severity: "error",
      from: { path: `^src/${floor}/` },
      to: { path: `^src/(${floors.slice(level + 1).join("|") || "-"})/` },
    })),
    {
      name: "no-cycles",
      comment: "Modules may know each other's types, not depend on each other at run time",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-dev-dependencies-in-src",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { extensions: [".ts", ".js"] },
  },
};

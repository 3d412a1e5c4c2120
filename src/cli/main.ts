#!/usr/bin/env node
/** The command `poolsim`. All but the cache is loaded late, so that the cache has it. */
import { keepCompiledCode } from "./shared/code-cache.js";

keepCompiledCode(process.env);
const { start } = await import("./program.js");
await start();

#!/usr/bin/env node
/** The command `poolsim`: hands the process to the program and takes its exit code. */
import { run } from "./program.js";

process.exitCode = await run(process.argv.slice(2));

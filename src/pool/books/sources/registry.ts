/**
 * The kinds of event sources: a new one is a file beside this and a line here. The command line,
 * files of sources and the docs read this list.
 */
import { Registry } from "../../../config/registry.js";
import { bucketEntry } from "./bucket-source.js";
import type { EventSourceEntry } from "./entry.js";
import { filesEntry } from "./files.js";
import { nodeEntry } from "./orchestrator.js";

const OWN = [filesEntry, nodeEntry, bucketEntry] as const;

/** What stands beside a source's own settings in a file of sources, and names no kind. */
export const SOURCE_LABELS = ["name", "nodeType", "region", "since"] as const;

/** All kinds of event sources, with those that extensions added. */
export const EVENT_SOURCES = new Registry<EventSourceEntry>("event source", OWN, SOURCE_LABELS);

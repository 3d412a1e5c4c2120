/** A real S3 server on loopback, in this process. */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** As far as it is used: the package has no types. */
interface S3Server {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}
type S3ServerClass = new (options: {
  readonly address: string;
  readonly port: number;
  readonly silent: boolean;
  readonly directory: string;
  readonly configureBuckets: readonly { readonly name: string; readonly configs: readonly [] }[];
}) => S3Server;

/** The one key that it knows, both halves. */
export const S3_KEY = "S3RVER";

/** Starts one with a bucket. */
export async function startS3(bucket: string) {
  const directory = mkdtempSync(join(tmpdir(), "poolsim-s3-"));
  const Server: S3ServerClass = createRequire(import.meta.url)("s3rver");
  const server = new Server({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}

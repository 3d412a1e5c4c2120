/** A real web server on loopback that answers as it is told and counts what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

export interface WebhookServer {
  readonly url: string;
  /** Every request so far. */
  readonly requests: readonly IncomingMessage[];
  /** Connections open now. */
  connections(): Promise<number>;
  /** What to do from now on. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** Starts one; it ends with the test. */
export async function startWebhookServer(answer: WebhookServer["answer"]): Promise<WebhookServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    running.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const running: WebhookServer = {
    url: `http://127.0.0.1:${port}/list`,
    requests,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    answer,
  };
  return running;
}

/** Answers with a body, a status and headers. */
export function respond(
  body: string,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): WebhookServer["answer"] {
  return (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

// What stands before a server that others reach: it sends http to https, ends TLS, and passes on everything else as it is.
import http from "node:http";
import https from "node:https";

/**
 * @param {string} backend the server's address
 * @param {{key: string, cert: string}} certificate
 * @param {string} [cookie] sent with each request, as the browser of somebody who is logged in would
 */
export async function startProxy(backend, certificate, cookie) {
  const plain = http.createServer((request, response) => {
    response.writeHead(301, { location: `https://${request.headers.host}${request.url}` }).end();
  });
  const secure = https.createServer(certificate, (request, response) => {
    const headers = cookie ? { ...request.headers, cookie } : request.headers;
    const onward = http.request(new URL(request.url ?? "/", backend), { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  const servers = [plain, secure];
  const ports = await Promise.all(
    servers.map(
      (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port))),
    ),
  );
  return {
    ports: { http: ports[0], https: ports[1] },
    stop() {
      for (const server of servers) server.close().closeAllConnections();
    },
  };
}

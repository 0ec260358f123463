import { serve } from "../../backend/embedded/document-store/server.ts";

/** A document store that is loaded ahead of time and starts at once when it is told its folder: many kills a minute. */
process.on("message", ({ dataDir, port }: { dataDir: string; port: number }) => {
  serve({ dataDir, port }).then(
    (server) => {
      process.on("SIGTERM", () => server.close().then(() => process.exit(0)));
      process.send!({ port: server.port });
    },
    (e: Error) => process.send!({ failed: e.message }),
  );
});
process.on("disconnect", () => process.exit(0));

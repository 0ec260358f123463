import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root: here,
  plugins: [react()],
  server: {
    port: 5173,
    proxy: { "/api": process.env.API_URL ?? "http://localhost:3000" },
    // Schemas, typed data and pure checks are shared with the backend.
    fs: { allow: [fileURLToPath(new URL("..", import.meta.url))] },
  },
  build: {
    outDir: `${here}/dist`,
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    // Inlined assets would need data: in the content security policy.
    assetsInlineLimit: 0,
  },
});

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precompress } from "./build/precompress.ts";

/** Where `npm run dev` finds a server: `MACADAM_URL=http://localhost:8080 npm run dev`. */
const server = process.env.MACADAM_URL ?? "http://localhost:8080";

export default defineConfig({
  plugins: [react(), precompress()],
  // The server puts a nonce of its own into each page it sends.
  html: { cspNonce: "NONCE-OF-THIS-PAGE" },
  build: {
    // Nothing is inlined: the content security policy allows files only.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { "/api": { target: server, secure: false } } },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});

import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  // Relative, because the files are served below each user's own address
  // (/user/NAME/static/dist/), which is not known when they are built.
  base: './',
  plugins: [vue()],
  resolve: { alias: { '@': here('./src') } },
  css: {
    preprocessorOptions: {
      scss: {
        loadPaths: [here('./node_modules')],
        quietDeps: true,
        // Bootstrap 5.3 is written with @import.
        silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
      },
    },
  },
  build: {
    outDir: here('../remoteappmanager/static/dist'),
    emptyOutDir: true,
    target: 'es2022',
    // The templates load the entries by these names.  They must therefore not be
    // imported by any other chunk: with "?v=..." they would be loaded twice.
    modulePreload: false,
    // Icons stay inside the style sheet as data: addresses only where CSP allows
    // it (img-src data:); everything else is a file of its own.
    assetsInlineLimit: 4096,
    rolldownOptions: {
      input: { user: here('./src/user/main.ts'), admin: here('./src/admin/main.ts') },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunk-[name]-[hash].js',
        assetFileNames: (asset) =>
          asset.names.some((name) => name === 'user.css' || name === 'admin.css')
            ? '[name][extname]'
            : 'asset-[name]-[hash][extname]',
      },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    // One pretended browser for all files: tests/setup.ts cleans it before each test.
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
  },
})

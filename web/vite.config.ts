import { defineConfig } from 'vite';

// Names without a hash: the templates refer to them, and Spring serves them with an ETag of their content.
export default defineConfig({
  base: '/assets/',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: { kasane: 'src/kasane.ts', form: 'src/form.ts' },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunk-[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
});

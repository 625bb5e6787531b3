// Builds src/ into dist/. Chunks carry a hash of what is in them, so that browsers may keep them for ever; widget.js, the
// loader, keeps its name and learns the names of the chunks that it may ask for.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build, transform } from 'esbuild';

const OUT = 'dist';

/** Style sheets are texts of their own in the bundle; they are handed to adoptedStyleSheets. */
const styles = {
  name: 'styles',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};

const common = { bundle: true, minify: true, target: 'es2024', charset: 'utf8', legalComments: 'none', plugins: [styles], logLevel: 'warning' };

/** Build entries that share chunks with one another; return their built names and what esbuild tells of them. */
async function chunks(entryPoints) {
  const { metafile } = await build({
    ...common,
    entryPoints,
    format: 'esm',
    splitting: true,
    metafile: true,
    outdir: OUT,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
  });
  const sources = Object.fromEntries(Object.entries(entryPoints).map(([name, source]) => [source, name]));
  const named = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint in sources);
  return { names: Object.fromEntries(named.map(([path, { entryPoint }]) => [sources[entryPoint], basename(path)])), outputs: metafile.outputs };
}

await rm(OUT, { recursive: true, force: true });
// A visitor of the full page meets no widget, so that sharing chunks between them would only make more and smaller ones.
const widget = await chunks({ chat: 'src/chat.ts', frame: 'src/frame.ts', glossary: 'src/hostglossary.ts' });
const page = await chunks({ page: 'src/page.ts' });
const framed = await chunks({ framed: 'src/framed.ts' });
const shared = await chunks({ shared: 'src/shared.ts' });
await build({ ...common, entryPoints: { widget: 'src/loader.ts' }, format: 'iife', outdir: OUT, define: { CHUNKS: JSON.stringify(widget.names) } });

const importsOf = ({ imports }) => imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => basename(path));

/** Write a document that loads one chunk, and what it imports, as early as possible. */
async function html(name, { names, outputs }, assets) {
  const entry = names[name];
  const template = await readFile(`src/${name}.html`, 'utf8');
  const preloads = importsOf(outputs[`${OUT}/${entry}`]).map((file) => `<link rel="modulepreload" href="${assets}/${file}">`);
  await writeFile(`${OUT}/${name}.html`, template.replace('{{entry}}', `${assets}/${entry}`).replace('{{preloads}}', preloads.join('\n    ')));
}

await html('page', page, 'assets');
await html('framed', framed, '../assets');
await html('shared', shared, '../assets');
for (const file of ['page.css', 'icon.svg']) await writeFile(`${OUT}/${file}`, await readFile(`src/${file}`));
// What each chunk is made of and brings along, for the check of sizes.
const outputs = Object.entries({ ...widget.outputs, ...page.outputs, ...framed.outputs, ...shared.outputs });
const graph = outputs.map(([path, output]) => [basename(path), { source: output.entryPoint ?? null, imports: importsOf(output) }]);
await writeFile(`${OUT}/chunks.json`, `${JSON.stringify(Object.fromEntries(graph.sort()), null, 1)}\n`);

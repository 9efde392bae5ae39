import {createRequire} from "node:module";

// The set-up keeps the plugin in its cache and names the folder; an editor finds it in
// the checkout's own node_modules.
const base = process.env.C360_NODE_MODULES;
const require = createRequire(base ? `${base}/` : import.meta.url);

export default {
    plugins: [require.resolve("@prettier/plugin-xml")],
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "always",
    semi: true,
    tabWidth: 4,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "preserve",
    overrides: [{files: ["*.json", "*.yml", "*.yaml"], options: {tabWidth: 2}}],
};

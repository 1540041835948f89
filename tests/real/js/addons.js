// Addons in Rust, loaded by dlopen, each doing what it is for; three of the four use threads.
const path = require("path");
const addon = (name) => require(path.join(__dirname, "node_modules", name));

(async () => {
	const rollup = addon("@rollup/rollup-linux-x64-musl/rollup.linux-x64-musl.node");
	const trees = await Promise.all([...Array(16)].map((_, i) =>
		rollup.parseAsync(`export const f${i} = (a) => a + ${i};`, false, false, undefined)));
	console.log("rollup parsed:", trees.filter((t) => t.length > 64).length);
	console.log("rollup hashed:", rollup.xxhashBase16(new TextEncoder().encode("sealed")));

	const swc = addon("@swc/core-linux-x64-musl/swc.linux-x64-musl.node");
	const options = Buffer.from(JSON.stringify({ jsc: { parser: { syntax: "typescript" }, target: "es5" } }));
	const out = await Promise.all([...Array(16)].map((_, i) =>
		swc.transform(`const f: (n: number) => number = (n) => n ** ${i};`, false, options)));
	console.log("swc compiled:", out.filter((o) => /Math\.pow\(n, \d+\)/.test(o.code) && !/=>/.test(o.code)).length);

	const css = addon("lightningcss-linux-x64-musl/lightningcss.linux-x64-musl.node");
	const { code } = css.transform({ filename: "a.css", minify: true,
		code: Buffer.from("a { color : #ff0000 ; margin : 0px 0px }\n\n.b > c { width: calc(1px + 2px) }") });
	console.log("lightningcss minified:", Buffer.from(code).toString());

	const argon2 = addon("@node-rs/argon2-linux-x64-musl/argon2.linux-x64-musl.node");
	const salt = Buffer.from("somesalt");
	const raw = await argon2.hashRaw("password", { salt, memoryCost: 65536, timeCost: 2, parallelism: 1 });
	console.log("argon2 hashed:", raw.toString("hex").slice(0, 16));

	console.log("ready");
	require("fs").readSync(0, Buffer.alloc(1));
	process.exit(0);
})();

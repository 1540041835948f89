// libvips, in C++, with its own threads and more from the runtime: many images at the same time.
const libc = require("detect-libc");
// It looks which libc the system has, which is not the one that runs us.
libc.familySync = () => "musl";
libc.isNonGlibcLinuxSync = () => true;
const sharp = require("sharp");

(async () => {
	sharp.concurrency(4);
	const background = { r: 10, g: 200, b: 30 };
	const square = await sharp({ create: { width: 64, height: 64, channels: 3, background: { r: 250, g: 0, b: 0 } } })
		.png().toBuffer();
	const big = await sharp({ create: { width: 1600, height: 1200, channels: 3, background } })
		.composite([{ input: square, left: 800, top: 600 }]).png().toBuffer();
	const done = await Promise.all([...Array(24)].map(async (_, i) => {
		const width = 400 + 8 * i;
		const { data, info } = await sharp(big).rotate(90).resize(width).blur(1 + i / 8).webp({ lossless: true })
			.toBuffer({ resolveWithObject: true });
		const { data: raw, info: size } = await sharp(data).raw().toBuffer({ resolveWithObject: true });
		// The blur's arithmetic rounds.
		const near = (a, b) => Math.abs(a - b) < 6;
		return info.width === width && size.height === info.height &&
			near(raw[0], background.r) && near(raw[1], background.g) && near(raw[2], background.b);
	}));
	console.log("libvips, images right:", done.filter(Boolean).length, "of", done.length);
	const { channels } = await sharp(big).stats();
	console.log("libvips, brightest red:", channels[0].max);
	try {
		await sharp(Buffer.from("no image")).png().toBuffer();
	} catch (e) {
		console.log("libvips, a C++ exception caught:", /unsupported image format/.test(e.message));
	}
	console.log("ready");
	require("fs").readSync(0, Buffer.alloc(1));
	process.exit(0);
})();

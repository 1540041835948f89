--[[
Makes every attack of the probe on this process, each in a child. Prints a line for each, with tabs
between the fields, for demo/run: "meant" if sealing is made to stop it, else "outside"; the
method; the target; the outcome (refused, done, other); a short description.

	lua attack.lua
]]
require "cjson"
require "lpeg"
local probe = require "probe"

for i, a in ipairs(probe.attacks()) do
	print(table.concat({ a.outside and "outside" or "meant", a.name, a.what, probe.attack(i) }, "\t"))
end

const { checkout } = require('./checkout.js');

test('a checkout in CommonJS', async () => {
  await expect(checkout(process.env.TEMPORAL_ADDRESS, process.env.NUMBER)).resolves.toMatch(/^order\//);
}, 60_000);

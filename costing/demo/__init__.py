"""The demo company: three months of a gift shop, from real sales lines and through the use cases that people have.

The sales are a sample of "Online Retail" by Daqing Chen (UCI, CC BY 4.0; see data/SOURCE.md). What the sample does not
tell is made up by fixed rules, so that each load makes the same books:

- Stock codes POST, DOT and gift vouchers are services. All others are goods; half of them FIFO, half average.
- Sales in the United Kingdom leave from LONDON, others from HARWICH; each invoice is one order, shipped and invoiced on
  its day, lines at price 0 too. A line without a customer belongs to the cash customers of its country.
- The sample has no cancellations. A line whose quantity is not positive would be left out and named in the result.
- Each Monday, orders to six vendors cover the week at about 55 % of the sales price. They are received at once and
  invoiced nine days later: every fifth one 3 % dearer, every third one with freight.
- Some goods are there from the beginning; some are transferred in January; some are counted at the end of January.
"""

from costing.demo.loading import DemoResult, NotEmpty, is_begun, is_empty, is_loaded, load

__all__ = ["DemoResult", "NotEmpty", "is_begun", "is_empty", "is_loaded", "load"]

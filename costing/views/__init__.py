"""The pages of cost: values, adjustment, posting."""

int later_data = 100;

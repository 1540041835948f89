int end_of_index;
